"""Documents of a Backstage catalog → records of teams, people, services, interfaces and groupings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.catalog.imports.documents import Document
from apps.catalog.models import Kind

KINDS: Final = {
    "group": "team",
    "user": "person",
    "component": "service",
    "resource": "service",
    "api": "interface",
    "system": "system",
    "domain": "domain",
}
TYPES: Final = {  # of components; everything else is "something else"
    "service": Kind.SERVICE,
    "website": Kind.WEBSITE,
    "library": Kind.LIBRARY,
    "job": Kind.JOB,
    "cronjob": Kind.JOB,
    "pipeline": Kind.JOB,
    "data-pipeline": Kind.JOB,
    "model": Kind.MODEL,
    "ml-model": Kind.MODEL,
}
IN_PRODUCTION: Final = frozenset({"production", "deprecated"})
DEFAULT: Final = "default"
NAME: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
NAMESPACE: Final = re.compile(r"[a-z0-9]+(-+[a-z0-9]+)*")
LONGEST_NAME: Final = 63
LONGEST_LINE: Final = 200
LONGEST_PURPOSE: Final = 300
LONGEST_TEXT: Final = 20_000
LONGEST_URL: Final = 1_000
MOST: Final = 50  # links, tags
MARKDOWN_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# Relations of a record: the field under `spec`, and the kind that a name without one means.
RELATIONS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "team": {
        "parent": ("parent", "group"),
        "children": ("children", "group"),
        "members": ("members", "user"),
    },
    "person": {"teams": ("memberOf", "group")},
    "service": {
        "owner": ("owner", "group"),
        "system": ("system", "system"),
        "part_of": ("subcomponentOf", "component"),
        "needs": ("dependsOn", "component"),
        "needed_by": ("dependencyOf", "component"),
        "provides": ("providesApis", "api"),
        "consumes": ("consumesApis", "api"),
    },
    "interface": {"owner": ("owner", "group"), "system": ("system", "system")},
    "system": {"owner": ("owner", "group"), "parent": ("domain", "domain")},
    "domain": {"owner": ("owner", "group"), "parent": ("subdomainOf", "domain")},
}


class InvalidError(Exception):
    """An entity that breaks the catalog's own rules; `line` is the offending field's."""

    def __init__(self, reason: str, *, line: int) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True)
class Record:
    """One entity as Roadworthy will keep it; relations are references, resolved later."""

    kind: str
    ref: str
    name: str  # the entity's own, of which an address is made
    file: str
    line: int
    values: dict[str, Any]
    relations: dict[str, list[str]]
    lines: dict[str, int]  # of the relations
    is_live: bool = False
    notes: list[tuple[int, str]] = field(default_factory=list)


def record(document: Document) -> Record:
    """Return the record of an entity, or raise InvalidError with the line of the field that is wrong."""
    entity = _Entity(document)
    kind = entity.kind()
    name, namespace = entity.identity()
    relations = {
        relation: entity.refs(spec_field, default_kind=default_kind, namespace=namespace)
        for relation, (spec_field, default_kind) in RELATIONS[KINDS[kind]].items()
    }
    return Record(
        kind=KINDS[kind],
        ref=f"{kind}:{namespace}/{name}".lower(),
        name=name if namespace == DEFAULT else f"{namespace}/{name}",
        file=document.file,
        line=document.line,
        values=entity.values(kind, name, namespace),
        relations=relations,
        lines={relation: entity.line("spec", names[0]) for relation, names in RELATIONS[KINDS[kind]].items()},
        is_live=entity.text("spec", "lifecycle").lower() in IN_PRODUCTION,
        notes=entity.notes,
    )


def targets(document: Document) -> list[tuple[str, int]]:
    """Return what a Location points at, each with its line."""
    spec = document.body.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    found = (
        [(spec["target"], document.line_of("spec", "target"))] if isinstance(spec.get("target"), str) else []
    )
    many = spec.get("targets")
    for number, target in enumerate(many if isinstance(many, list) else []):
        if isinstance(target, str):
            found.append((target, document.line_of("spec", "targets", number)))
    return found


def reference(text: str, *, default_kind: str, namespace: str) -> str:
    """Return "component:default/ledger" for "ledger", "default/ledger" or the whole; lower case."""
    kind, _colon, rest = text.rpartition(":")
    space, _slash, name = rest.rpartition("/")
    return f"{kind or default_kind}:{space or namespace}/{name}".lower()


class _Entity:
    """One document, asked field by field; what is odd but no reason to leave it out becomes a note."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.notes: list[tuple[int, str]] = []

    def line(self, *path: str | int) -> int:
        return self.document.line_of(*path)

    def kind(self) -> str:
        kind = self.document.body.get("kind")
        if not isinstance(kind, str) or not kind:
            message = "it has no kind"
            raise InvalidError(message, line=self.document.line)
        if kind.lower() not in KINDS:
            message = f"Roadworthy keeps nothing of the kind {kind[:80]}"
            raise InvalidError(message, line=self.line("kind"))
        return kind.lower()

    def identity(self) -> tuple[str, str]:
        """Return name and namespace, by the rules of Backstage."""
        for part in ("metadata", "spec"):
            if not isinstance(self.document.body.get(part), dict):
                message = f"it has no {part}"
                raise InvalidError(message, line=self.line(part))
        metadata = self.document.body["metadata"]
        name, namespace = metadata.get("name"), metadata.get("namespace") or DEFAULT
        if not isinstance(name, str) or not name:
            message = "metadata.name is missing" if name in (None, "") else "metadata.name is not text"
            raise InvalidError(message, line=self.line("metadata", "name"))
        if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
            if "{{" in name:
                message = f"the name “{name[:80]}” is the placeholder of a template"
                raise InvalidError(message, line=self.line("metadata", "name"))
            allowed = "up to 63 letters and digits, with -, _ and . between them"
            message = f"the name “{name[:80]}” breaks the catalog's rules: {allowed}"
            raise InvalidError(message, line=self.line("metadata", "name"))
        space = str(namespace).lower()
        if not isinstance(namespace, str) or len(space) > LONGEST_NAME or not NAMESPACE.fullmatch(space):
            message = f"the namespace “{str(namespace)[:80]}” breaks the catalog's rules"
            raise InvalidError(message, line=self.line("metadata", "namespace"))
        return name, space

    def text(self, *path: str) -> str:
        """Return a text field, or an empty one; refuse what is a list or a mapping."""
        value: Any = self.document.body
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            return ""
        if isinstance(value, dict | list):
            message = f"{'.'.join(path)} is not text"
            raise InvalidError(message, line=self.line(*path))
        return str(value).strip()

    def refs(self, name: str, *, default_kind: str, namespace: str) -> list[str]:
        """Return what a relation names, each once."""
        value = self.document.body["spec"].get(name)
        found = []
        for one in value if isinstance(value, list) else [value]:
            if one is None or one == "":
                continue
            if isinstance(one, dict) and isinstance(one.get("name"), str):
                kind, space = one.get("kind", default_kind), one.get("namespace", namespace)
                found.append(f"{kind}:{space}/{one['name']}".lower())
            elif isinstance(one, str):
                found.append(reference(one.strip(), default_kind=default_kind, namespace=namespace))
            else:
                message = f"spec.{name} is not a reference"
                raise InvalidError(message, line=self.line("spec", name))
        return list(dict.fromkeys(found))

    def values(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        """Return the fields that a record of this kind keeps."""
        description = self.long_text("metadata", "description")
        if kind in {"user", "group"}:
            displayed = self.line_of_text("spec", "profile", "displayName")
            values = {"name": displayed or self.title(name), "email": self.email()}
            handle = name if namespace == DEFAULT else f"{namespace}/{name}"
            return values | ({"handle": handle} if kind == "user" else {"mission": description})
        if kind in {"system", "domain", "api"}:
            values = {"name": self.title(name), "description": description}
            return values | ({"kind": self.line_of_text("spec", "type")[:60]} if kind == "api" else {})
        return {
            "name": self.title(name),
            "purpose": self.purpose(description),
            "description": description if self.purpose(description) != description else "",
            "kind": Kind.RESOURCE.value if kind == "resource" else self.type(),
            "links": list(self.links()),
            "tags": self.tags(),
            "annotations": self.annotations(),
        }

    def email(self) -> str:
        """Return a mail address; something else under that name is not taken over."""
        email = self.text("spec", "profile", "email")
        try:
            validate_email(email or "nobody@example.org")
        except ValidationError:
            self.notes.append((self.line("spec", "profile", "email"), f"“{email[:80]}” is no e-mail address"))
            return ""
        return email

    def type(self) -> str:
        return TYPES.get(self.text("spec", "type").lower(), Kind.OTHER).value

    def title(self, name: str) -> str:
        return self.line_of_text("metadata", "title") or name

    def line_of_text(self, *path: str) -> str:
        """Return a text as one line; a longer one than we keep is not taken over."""
        line = " ".join(CONTROL.sub(" ", self.text(*path)).split())
        if len(line) > LONGEST_LINE:
            self.notes.append((self.line(*path), f"{'.'.join(path)} has more than {LONGEST_LINE} characters"))
            return ""
        return line

    def long_text(self, *path: str) -> str:
        text = self.text(*path)
        if len(text) > LONGEST_TEXT:
            self.notes.append(
                (self.line(*path), f"{'.'.join(path)} was cut after {LONGEST_TEXT:,} characters")
            )
        return text[:LONGEST_TEXT].rstrip()

    def purpose(self, description: str) -> str:
        """Return the first line of a description, without the marks of links."""
        first = next((line for line in description.split("\n") if line.strip()), "")
        line = " ".join(CONTROL.sub(" ", MARKDOWN_LINK.sub(r"\1", first)).split())
        return line if len(line) <= LONGEST_PURPOSE else line[: LONGEST_PURPOSE - 1].rstrip() + "…"

    def links(self) -> Iterator[dict[str, str]]:
        """Yield web addresses; others could run a script where they are shown."""
        links = self.document.body["metadata"].get("links")
        for number, link in enumerate(links[:MOST] if isinstance(links, list) else []):
            url = str(link.get("url", "")).strip() if isinstance(link, dict) else ""
            if not url.startswith(("https://", "http://")) or len(url) > LONGEST_URL or CONTROL.search(url):
                self.notes.append((self.line("metadata", "links", number), "this link is no web address"))
                continue
            title = " ".join(CONTROL.sub(" ", str(link.get("title") or "")).split())
            yield {"title": (title or url)[:LONGEST_LINE], "url": url}

    def tags(self) -> list[str]:
        tags = self.document.body["metadata"].get("tags")
        plain = (
            [CONTROL.sub(" ", str(tag))[:LONGEST_NAME].strip() for tag in tags]
            if isinstance(tags, list)
            else []
        )
        return list(dict.fromkeys(tag for tag in plain if tag))[:MOST]

    def annotations(self) -> dict[str, str]:
        found = self.document.body["metadata"].get("annotations")
        pairs = found.items() if isinstance(found, dict) else []
        return {
            str(key): str(value)[:LONGEST_URL] for key, value in pairs if not isinstance(value, dict | list)
        }
