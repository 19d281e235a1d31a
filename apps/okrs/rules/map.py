"""How the map of alignment is laid out: boxes in columns, lines between them. Pure numbers, no drawing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 220
HEIGHT: Final = 52
GAP: Final = 14
BETWEEN: Final = 64  # columns
MARGIN: Final = 8
LETTERS: Final = 28  # a line of a box


@dataclass(frozen=True)
class Node:
    """Something that can be tied: its column is how near it is to the strategy."""

    key: str  # "objective:7"
    title: str
    unit: str
    url: str
    column: int = 0
    tone: str = ""


@dataclass(frozen=True)
class Edge:
    """A tie, from what serves to what is served."""

    source: str
    target: str
    is_dependency: bool = False
    title: str = ""


@dataclass(frozen=True)
class Box:
    """A node with its place."""

    node: Node
    x: int
    y: int
    lines: tuple[str, ...]

    @property
    def width(self) -> int:
        """Return how wide it is."""
        return WIDTH

    @property
    def text_x(self) -> int:
        """Return where the words begin."""
        return self.x + 12

    @property
    def baselines(self) -> list[tuple[int, str]]:
        """Return each line of the title with its y."""
        return [(self.y + 20 + 15 * number, line) for number, line in enumerate(self.lines)]

    @property
    def unit_y(self) -> int:
        """Return the y of the team's name."""
        return self.y + 20 + 15 * len(self.lines)

    @property
    def height(self) -> int:
        """Return how tall it is."""
        return HEIGHT if len(self.lines) == 1 else HEIGHT + 14


@dataclass(frozen=True)
class Curve:
    """An edge as the path that draws it."""

    edge: Edge
    path: str


@dataclass(frozen=True)
class Layout:
    """The whole drawing."""

    width: int
    height: int
    boxes: list[Box]
    curves: list[Curve]


def layout(nodes: Sequence[Node], edges: Iterable[Edge]) -> Layout:
    """Place nodes in columns, each near what it serves; the same nodes give the same drawing."""
    edges = [edge for edge in edges if edge.source != edge.target]
    serves: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        serves[edge.source].append(edge.target)
    placed: dict[str, Box] = {}
    for column in sorted({node.column for node in nodes}):
        here = [node for node in nodes if node.column == column]
        y = MARGIN
        for node in _near_what_they_serve(here, serves, placed):
            box = Box(node, MARGIN + column * (WIDTH + BETWEEN), y, _lines(node.title))
            placed[node.key] = box
            y += box.height + GAP
    boxes = [placed[node.key] for node in nodes]
    curves = [
        Curve(edge, _path(placed[edge.source], placed[edge.target]))
        for edge in edges
        if edge.source in placed and edge.target in placed
    ]
    right = max((box.x + WIDTH for box in boxes), default=WIDTH)
    bottom = max((box.y + box.height for box in boxes), default=HEIGHT)
    return Layout(right + MARGIN, bottom + MARGIN, boxes, curves)


def _near_what_they_serve(
    nodes: Sequence[Node], serves: dict[str, list[str]], placed: dict[str, Box]
) -> list[Node]:
    """Order a column by the mean height of what each serves; what serves nothing comes last."""

    def height(node: Node) -> float:
        heights = [placed[key].y for key in serves[node.key] if key in placed]
        return sum(heights) / len(heights) if heights else float("inf")

    order = {node.key: place for place, node in enumerate(nodes)}
    return sorted(nodes, key=lambda node: (height(node), order[node.key]))


def _lines(title: str) -> tuple[str, ...]:
    """Break a title into at most two lines; what is cut off stands in full in the table."""
    words, lines = title.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LETTERS:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    shown = [line if len(line) <= LETTERS + 2 else f"{line[:LETTERS]}…" for line in lines[:2]]
    if len(lines) > 2:  # noqa: PLR2004 -- two lines fit
        shown[1] = f"{shown[1].rstrip('…')[: LETTERS - 1]}…"
    return tuple(shown)


def _path(source: Box, target: Box) -> str:
    """Draw from the left of what serves to the right of what is served, or around on one side."""
    start, end = (source.x, source.y + source.height // 2), (target.x + WIDTH, target.y + target.height // 2)
    if target.x >= source.x:  # the same column, or further right: the line goes round on the left
        end = (target.x, end[1])
        bend = min(start[0], end[0]) - BETWEEN // 2
        return f"M{start[0]} {start[1]}C{bend} {start[1]} {bend} {end[1]} {end[0]} {end[1]}"
    middle = (start[0] + end[0]) // 2
    return f"M{start[0]} {start[1]}C{middle} {start[1]} {middle} {end[1]} {end[0]} {end[1]}"
