"""The API's description: what each endpoint may refuse, and the pages that people read about it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from drf_spectacular.generators import SchemaGenerator

from apps.core.api import NOT_THERE

PREFIX: Final = "/api/v1/"
GROUP: Final = "okrs/"  # whose addresses have a word more: each is a section of its own
TWO: Final = 2
DEEPEST: Final = 3  # levels of an answer that people read; more is in the description for machines
METHODS: Final = ("get", "post", "put", "patch", "delete")
PROBLEM: Final = {
    "type": "object",
    "description": "Why something did not happen (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"description": "What is wrong, field by field."},
        "current": {"type": "object", "description": "With 409 and 412: what stands there now."},
    },
    "required": ["type", "title", "status", "detail"],
}
ALWAYS: Final = {
    "401": "No token, or one that does not work.",
    "403": "Not yours to do, or not with this token.",
    "404": NOT_THERE,
    "406": "Answers are JSON.",
    "429": "Too many requests; Retry-After says how long to wait.",
}
CHANGES: Final = {
    "400": "The body is not what it should be; `errors` says where.",
    "409": "Not from this state, or not what you looked at; then `current` is what stands there.",
    "413": "The body is too large.",
    "415": "Bodies are JSON.",
    "422": "A value cannot be kept; `errors` says which.",
}
FILTERS: Final = {"400": "A filter makes no sense; `errors` says which."}
REVISIONS: Final = {
    "412": "Somebody else saved first; `current` is what stands there.",
    "428": "If-Match is missing.",
}


SAMPLES: Final[dict[str, Any]] = {
    "integer": 7,
    "number": 7,
    "boolean": True,
    "date": "2027-03-24",
    "date-time": "2027-03-24T14:00:00+01:00",
    "uri": "https://wiki.example/page",
    "email": "ada@example.org",
    "object": {},
}
WORDS: Final = {
    "string": "text",
    "integer": "number",
    "boolean": "true or false",
    "date-time": "moment",
    "uri": "address",
    "object": "values by name",
}


def with_refusals(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Add to every operation the statuses with which it may refuse; spectacular knows successes only."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        _said_apart(operations)
        for method in METHODS:
            if method in operations and path.startswith(PREFIX):
                operation = operations[method]
                operation["tags"] = [path.removeprefix(PREFIX).removeprefix(GROUP).partition("/")[0]]
                own = {
                    code: one["description"] for code, one in operation["responses"].items() if code >= "400"
                }
                operation["responses"] |= _responses(_refusals(method, operation) | own)
    return result


def _said_apart(operations: dict[str, Any]) -> None:
    """Give two methods that share one function a sentence each: "Show the gate, or launch" becomes two."""
    told = [operations[method] for method in METHODS if method in operations]
    if len(told) != TWO or told[0].get("description") != told[1].get("description"):
        return
    said = told[0].get("description", "")
    between = next((words for words in (", or ", "; ") if words in said), "")
    if between:
        first, _between, second = said.partition(between)
        told[0]["description"] = f"{first}."
        told[1]["description"] = second[:1].upper() + second[1:]


def _refusals(method: str, operation: dict[str, Any]) -> dict[str, str]:
    asked = {parameter["name"]: parameter["in"] for parameter in operation.get("parameters", [])}
    has_filters = any(place == "query" and name != "cursor" for name, place in asked.items())
    refusals = ALWAYS | (FILTERS if has_filters else {}) | ({} if method == "get" else CHANGES)
    return refusals | (REVISIONS if "If-Match" in asked else {})


def _responses(refusals: dict[str, str]) -> dict[str, Any]:
    schema = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": why, "content": schema} for status, why in refusals.items()}


@dataclass(frozen=True)
class Field:
    """One value of a body, an answer or an address."""

    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """One thing that a program can ask for."""

    method: str
    path: str
    summary: str
    parameters: list[Field]
    body: list[Field]
    answers: list[tuple[str, str]]  # status, why
    shape: (
        str  # of the answer when all goes well, as JSON with kinds instead of values; empty where it has none
    )
    example: str  # a command that asks for it

    @property
    def anchor(self) -> str:
        """Return the name by which a link finds it on the page."""
        words = self.path.removeprefix(PREFIX).replace("{", "").replace("}", "").strip("/").replace("/", "-")
        return f"{self.method.lower()}-{words}"


@cache
def reference() -> dict[str, list[Operation]]:
    """Return every operation by its first word, as the pages show them; made once in each process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found: dict[str, list[Operation]] = {}
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if method in operations and path.startswith(PREFIX):
                operation = operations[method]
                found.setdefault(operation["tags"][0], []).append(_operation(method, path, operation, schema))
    return dict(sorted(found.items()))


def _operation(method: str, path: str, operation: dict[str, Any], schema: dict[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    parameters = operation.get("parameters", [])
    return Operation(
        method=method.upper(),
        path=path,
        summary=operation.get("description", "").replace("`", ""),
        parameters=[
            Field(
                one["name"],
                _kind(one["schema"], schema),
                one.get("required", False),
                one.get("description", "").replace("`", ""),
            )
            for one in parameters
        ],
        body=list(_fields(_resolved(content.get("schema", {}), schema), schema)),
        answers=sorted(_answers(operation["responses"])),
        shape=_shape_of(operation["responses"], schema),
        example=_example(
            method.upper(), path, parameters, _resolved(content.get("schema", {}), schema), schema
        ),
    )


def _shape_of(responses: dict[str, Any], schema: dict[str, Any]) -> str:
    for status in sorted(responses):
        content = responses[status].get("content", {}).get("application/json")
        if status.startswith("2") and content and content.get("schema"):
            return json.dumps(_shape(content["schema"], schema), indent=2, ensure_ascii=False)
    return ""


def _shape(part: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Any:  # noqa: ANN401 -- it is JSON
    """Return a value as JSON has it, with the kind of each value in its place."""
    part = _one_of(part, schema)
    if "items" in part:
        return [_shape(part["items"], schema, depth + 1)]
    if part.get("properties") and depth < DEEPEST:
        return {name: _shape(value, schema, depth + 1) for name, value in part["properties"].items()}
    return _kind(part, schema)


def _one_of(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference means; of several that which is an object, where one is."""
    wrapped = part.get("allOf", [])
    return _one_of(wrapped[0], schema) if len(wrapped) == 1 else _resolved(part, schema)


def _example(
    method: str, path: str, parameters: list[dict[str, Any]], body: dict[str, Any], schema: dict[str, Any]
) -> str:
    """Return the command of one request; what is in braces, and each value, is for the reader to fill in."""
    lines = [f'curl -X {method} "$ROADWORTHY{path}"', '-H "Authorization: Bearer $TOKEN"']
    if method == "GET":
        lines[0] = f'curl "$ROADWORTHY{path}"'
    if any(one["name"] == "If-Match" for one in parameters):
        lines.append("-H 'If-Match: \"7\"'")
    needed = body.get("required", []) or list(body.get("properties", {}))[:TWO]
    if body.get("properties"):
        values = {name: _sample(body["properties"][name], schema) for name in needed}
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d '{json.dumps(values, ensure_ascii=False)}'")
    return " \\\n  ".join(lines)


def _sample(part: dict[str, Any], schema: dict[str, Any]) -> Any:  # noqa: ANN401 -- it is JSON
    """Return a value of the right kind."""
    part = _one_of(part, schema)
    if part.get("enum"):
        return part["enum"][0]
    if "items" in part:
        return [_sample(part["items"], schema)]
    if part.get("properties"):
        return {name: _sample(value, schema) for name, value in part["properties"].items()}
    return SAMPLES.get(part.get("format", ""), SAMPLES.get(str(part.get("type")), "…"))


def _answers(responses: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for status, response in responses.items():
        if status not in ALWAYS and status not in CHANGES:
            yield status, response.get("description", "").replace("`", "")


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = part.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema["components"]["schemas"][name] if name else part
    return found


def _fields(part: dict[str, Any], schema: dict[str, Any]) -> Iterable[Field]:
    required = part.get("required", [])
    for name, value in part.get("properties", {}).items():
        yield Field(
            name, _kind(value, schema), name in required, value.get("description", "").replace("`", "")
        )


def _kind(value: dict[str, Any], schema: dict[str, Any]) -> str:
    """Say in a word or two what a value is, or which words it may be."""
    if "items" in value:
        return f"list of {_kind(value['items'], schema)}"
    several = value.get("allOf") or value.get("oneOf")
    if several:
        return " or ".join(dict.fromkeys(filter(None, (_kind(one, schema) for one in several))))
    if "$ref" in value:
        return _referred(value["$ref"].rpartition("/")[2], schema)
    words = [f'"{word}"' for word in value.get("enum", []) if word]
    kind = value.get("format") or value.get("type") or "value"
    kinds = kind if isinstance(kind, list) else [kind]
    return " or ".join(words or [WORDS.get(str(one), str(one)) for one in kinds])


def _referred(name: str, schema: dict[str, Any]) -> str:
    """Say what a named part is: its words if it is a choice, else its name."""
    found = schema["components"]["schemas"][name]
    is_object = "properties" in found and "enum" not in found
    return name.removesuffix("Request").removesuffix("Out") if is_object else _kind(found, schema)
