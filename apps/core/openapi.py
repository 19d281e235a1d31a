"""The API's description: what each endpoint may refuse, and the pages that people read about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from drf_spectacular.generators import SchemaGenerator

from apps.core.api import NOT_THERE

PREFIX: Final = "/api/v1/"
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


def with_refusals(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Add to every operation the statuses with which it may refuse; spectacular knows successes only."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations and path.startswith(PREFIX):
                operation = operations[method]
                operation["tags"] = [path.removeprefix(PREFIX).partition("/")[0]]
                own = {
                    code: one["description"] for code, one in operation["responses"].items() if code >= "400"
                }
                operation["responses"] |= _responses(_refusals(method, operation) | own)
    return result


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
        summary=operation.get("description", ""),
        parameters=[
            Field(one["name"], _kind(one["schema"]), one.get("required", False), one.get("description", ""))
            for one in parameters
        ],
        body=list(_fields(_resolved(content.get("schema", {}), schema))),
        answers=sorted(_answers(operation["responses"])),
    )


def _answers(responses: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for status, response in responses.items():
        if status not in ALWAYS:
            yield status, response.get("description", "").replace("`", "")


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = part.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema["components"]["schemas"][name] if name else part
    return found


def _fields(part: dict[str, Any]) -> Iterable[Field]:
    required = part.get("required", [])
    for name, value in part.get("properties", {}).items():
        yield Field(name, _kind(value), name in required, value.get("description", ""))


def _kind(value: dict[str, Any]) -> str:
    """Say in a word or two what a value is."""
    if "items" in value:
        return f"list of {_kind(value['items'])}"
    named = [
        part.get("$ref", "").rpartition("/")[2] for part in value.get("allOf", value.get("oneOf", [value]))
    ]
    words = " or ".join(name for name in named if name and name != "NullEnum")
    kind = value.get("format") or value.get("type") or words or "value"
    return " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
