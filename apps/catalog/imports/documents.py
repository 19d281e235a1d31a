"""Bytes of a YAML or JSON file → its documents, with the line of every field; what is broken gets a reason.

YAML's boundaries (`---` at the start of a line) cannot stand inside a document, so the text is cut
there first: one broken document does not take its neighbours along.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST: Final = 50
MOST_VALUES: Final = 200_000  # of one document, aliases counted each time that they are used
PREFIX: Final = "backstage.io/"
TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool", "int", "float", "timestamp", "map", "seq")
)
MERGE: Final = "tag:yaml.org,2002:merge"
WHOLE: Final = re.compile(r"[-+]?[0-9]{1,18}")
UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
START: Final = re.compile(r"---(\s|$)")
END: Final = re.compile(r"\.\.\.(\s|$)")
NOT_AN_ENTITY: Final = "not a catalog entity: "

Path = tuple[str | int, ...]
Lines = dict[Path, int]


@dataclass(frozen=True)
class LeftOut:
    """Something that did not go in, and why."""

    file: str
    line: int
    reason: str

    @property
    def is_readable(self) -> bool:
        """Tell whether it was read and is simply something else."""
        return self.reason.startswith(NOT_AN_ENTITY)


@dataclass(frozen=True)
class Document:
    """One mapping that says to be a catalog entity."""

    file: str
    line: int
    body: dict[str, Any]
    lines: Lines

    def line_of(self, *path: str | int) -> int:
        """Return the line of a field, or of the nearest thing around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return self.line


class BrokenError(Exception):
    """A document that cannot be read; `line` counts from the start of its piece, from 0."""

    def __init__(self, reason: str, *, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def documents(content: bytes, *, file: str) -> tuple[list[Document], list[LeftOut]]:
    """Return what a file holds; comments and empty documents are nothing."""
    try:
        text = _text(content)
    except BrokenError as error:
        return [], [LeftOut(file, 1, str(error))]
    if text.lstrip().startswith("{") and (found := _json(text)) is not None:
        return _told([(1, found, {})], file)
    good: list[tuple[int, Any, Lines]] = []
    broken: list[LeftOut] = []
    for first, piece in _pieces(text):
        try:
            good += [(line, body, lines) for line, body, lines in _load(piece, first)]
        except BrokenError as error:
            broken.append(LeftOut(file, first + error.line, str(error)))
    if not good and not broken:
        return [], [LeftOut(file, 1, "holds no document")]
    found_documents, left_out = _told(good, file)
    return found_documents, sorted([*broken, *left_out], key=lambda one: one.line)


def _told(found: list[tuple[int, Any, Lines]], file: str) -> tuple[list[Document], list[LeftOut]]:
    """Tell entities from everything else that is written in YAML."""
    good: list[Document] = []
    left_out: list[LeftOut] = []
    for line, body, lines in found:
        if isinstance(body, str):
            left_out.append(LeftOut(file, line, body))
        elif not str(body.get("apiVersion", "")).startswith(PREFIX):
            left_out.append(LeftOut(file, line, _other(body)))
        else:
            good.append(Document(file, line, body, lines))
    return good, left_out


def _other(body: dict[str, Any]) -> str:
    version = str(body.get("apiVersion", "")).replace("\n", " ")[:80]
    kind = str(body.get("kind", "")).replace("\n", " ")[:80]
    if version and kind:
        return f"{NOT_AN_ENTITY}{kind} of {version} is nothing that Roadworthy keeps"
    return f"{NOT_AN_ENTITY}it has no apiVersion that begins with {PREFIX}"


def _text(content: bytes) -> str:
    """Decode with or without a byte order mark; line ends become plain."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding != "utf-16" and b"\0" in content:
        message = "is a binary file (it holds U+0000)"
        raise BrokenError(message)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"is not text in UTF-8 (byte {error.start + 1:,})"
        raise BrokenError(message) from error
    if "\0" in text:
        message = "holds U+0000"
        raise BrokenError(message)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _json(text: str) -> dict[str, Any] | str | None:
    """Return the mapping of a JSON file, or a reason; None: it is none, YAML may read it."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if "\\u" in text and any(UNSTORABLE.search(word) for word in _words(body)):
        return "holds a character that cannot be stored (U+0000 or half a character)"
    return body if isinstance(body, dict) else None


def _words(body: object) -> Iterator[str]:
    """Yield every text of a JSON value: its escapes can name what no other file can hold."""
    waiting = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield each document's text with the number of its first line."""
    first, piece = 1, list[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        if START.match(line) or END.match(line):
            yield from _piece(first, piece)
            first, piece = number, [line] if START.match(line) else [""]
        else:
            piece.append(line)
    yield from _piece(first, piece)


def _piece(first: int, lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield it unless it holds only comments, directives and blank lines."""
    marks = ("#", "%") if not (lines and START.match(lines[0])) else ("#",)
    rest = lines[1:] if lines and lines[0].strip() == "---" else lines
    if any(line.strip() and not line.lstrip().startswith(marks) for line in rest):
        yield first, "\n".join(lines)


def _load(piece: str, first: int) -> Iterator[tuple[int, Any, Lines]]:
    """Yield the one document of a piece: line, plain values, lines of its fields."""
    try:
        _measure(piece)
        node = yaml.compose(piece, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenError(_why(piece, error), line=mark.line if mark else 0) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BrokenError(_why(piece, error)) from error
    if node is None:
        return
    line = first + node.start_mark.line
    if not isinstance(node, MappingNode):
        what = "a list" if isinstance(node, SequenceNode) else "plain text"
        yield line, f"{NOT_AN_ENTITY}it is {what}", {}
    elif not _says_entity(node):  # the others can be large, and nobody reads them
        yield line, {key.value: value.value for key, value in _names(node)}, {}
    else:
        reading = _Reading(first)
        yield line, reading.plain(node, ()), reading.lines


def _measure(piece: str) -> None:
    """Refuse what is too deep or too long before anything is built from it."""
    depth = 0
    for count, event in enumerate(yaml.parse(piece, Loader=LOADER)):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            message = f"is nested deeper than {DEEPEST} levels"
            raise BrokenError(message, line=event.start_mark.line if event.start_mark else 0)
        if count > 5 * MOST_VALUES:
            message = f"has more than {MOST_VALUES:,} values"
            raise BrokenError(message)


def _why(piece: str, error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
    hint = "; it looks like a template with placeholders" if "{{" in piece or "{%" in piece else ""
    return f"not valid YAML: {problem}{hint}"


def _names(node: MappingNode) -> Iterator[tuple[ScalarNode, ScalarNode]]:
    """Yield apiVersion and kind of a mapping."""
    for key, value in node.value:
        if (
            isinstance(key, ScalarNode)
            and isinstance(value, ScalarNode)
            and key.value in {"apiVersion", "kind"}
        ):
            yield key, value


def _says_entity(node: MappingNode) -> bool:
    return any(key.value == "apiVersion" and value.value.startswith(PREFIX) for key, value in _names(node))


class _Reading:
    """Turns nodes into plain values as YAML 1.2 sees them: `no` and 2021-01-01 are text."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.lines: Lines = {}
        self.count = 0

    def plain(self, node: Node, path: Path) -> Any:  # noqa: ANN401 -- whatever the file holds
        """Return the value; each use of an alias counts, so a bomb ends here."""
        self.count += 1
        line = node.start_mark.line
        if self.count > MOST_VALUES or len(path) > DEEPEST:
            message = f"unfolds to more than {MOST_VALUES:,} values or {DEEPEST} levels"
            raise BrokenError(message, line=line)
        if node.tag not in TAGS:
            message = f"has a tag that cannot be read safely: {node.tag[:80]}"
            raise BrokenError(message, line=line)
        self.lines.setdefault(path, self.first + line)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.plain(value, (*path, number)) for number, value in enumerate(node.value)]
        return self.scalar(cast("ScalarNode", node), line)

    def mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        """Return a mapping; what `<<` brings stands behind what is written here."""
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line
            if key.tag == MERGE:
                for one in value.value if isinstance(value, SequenceNode) else [value]:
                    merged = self.merged(one, path) | merged
            elif not isinstance(key, ScalarNode):
                message = "has a key that is not text; it looks like a template with placeholders"
                raise BrokenError(message, line=line)
            elif key.value in own:
                message = f"names “{key.value[:80]}” twice"
                raise BrokenError(message, line=line)
            else:
                self.lines[(*path, key.value)] = self.first + line
                own[self.text(key, line)] = self.plain(value, (*path, key.value))
        return merged | own

    def merged(self, node: Node, path: Path) -> dict[str, Any]:
        """Return what one `<<` brings."""
        value = self.plain(node, (*path, "<<"))
        if not isinstance(value, dict):
            message = "merges something that is not a mapping"
            raise BrokenError(message, line=node.start_mark.line)
        return value

    def text(self, node: ScalarNode, line: int) -> str:
        """Return what a scalar says, as text."""
        text = str(node.value)
        if UNSTORABLE.search(text):
            message = "holds a character that cannot be stored (U+0000 or half a character)"
            raise BrokenError(message, line=line)
        return text

    def scalar(self, node: ScalarNode, line: int) -> str | int | bool | None:
        """Return text, a number, yes or no, or nothing."""
        text = self.text(node, line)
        if node.tag.endswith(":null"):
            return None
        if node.tag.endswith(":bool") and text.lower() in {"true", "false"}:
            return text.lower() == "true"
        return int(text) if node.tag.endswith(":int") and WHOLE.fullmatch(text) else text
