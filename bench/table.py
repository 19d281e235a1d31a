"""The table that people read: on the screen, and in docs/BENCHMARKS.md."""

from pathlib import Path
from statistics import median
from typing import Final

from bench.measuring import Measured, Result
from bench.pages import MOST_QUERIES
from bench.paper import MOST_OF_WEASYPRINT, Printing

DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "BENCHMARKS.md"
MOST_GROWTH: Final = 0.15
HEAD: Final = ("page", "x floor", "goal", "ms CPU", "queries", "KB", "KB gzip", "")


def table(rows: list[Measured]) -> str:
    """Return the pages as a Markdown table whose columns also line up on a screen."""
    return _lines([HEAD, *(_cells(row) for row in rows)])


def growth(results: list[Result]) -> str:
    """Return how much dearer each page is at the largest size than at the smallest; nothing for one size."""
    if len(results) == 1:
        return ""
    head = ("x floor at", *(f"{result.size:,}" for result in results), "growth", "")
    kept = zip(*(result.rows for result in results), strict=True)
    return _lines([head, *(_grown(rows) for rows in kept if not any(row.problem for row in rows))])


def _grown(rows: tuple[Measured, ...]) -> tuple[str, ...]:
    """Compare round by round: what the machine did otherwise meanwhile met both."""
    more = median(last / first for first, last in zip(rows[0].ratios, rows[-1].ratios, strict=True)) - 1
    marked = "grows" if more > MOST_GROWTH else ""
    return (rows[0].page.title, *(f"{row.ratio:.1f}" for row in rows), f"{100 * more:+.0f} %", marked)


def _lines(cells: list[tuple[str, ...]]) -> str:
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["| " + " | ".join(_padded(line, widths)) + " |" for line in cells]
    rule = (
        "|" + "|".join("-" * (width + 1) + ("-" if n == 0 else ":") for n, width in enumerate(widths)) + "|"
    )
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"


def _padded(line: tuple[str, ...], widths: list[int]) -> list[str]:
    first, *rest = (
        cell.ljust(width) if n == 0 else cell.rjust(width)
        for n, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
    return [first, *rest]


def _cells(row: Measured) -> tuple[str, ...]:
    goal = str(row.page.goal) if row.page.goal else "-"
    if row.problem:
        return (row.page.title, "-", goal, "-", "-", "-", "-", "not measured")
    return (
        row.page.title,
        f"{row.ratio:.1f}",
        goal,
        f"{row.milliseconds:.1f}",
        str(row.queries),
        f"{row.size / 1000:.1f}",
        f"{row.compressed / 1000:.1f}",
        ", ".join(misses(row)),
    )


def misses(row: Measured) -> list[str]:
    """Return which goals a page misses."""
    found = []
    if row.page.goal and row.ratio > row.page.goal:
        found.append("too slow")
    if row.queries > MOST_QUERIES:
        found.append("too many queries")
    return found


def in_words(printing: Printing) -> str:
    """Return what the report costs, in one sentence."""
    if printing.problem:
        return f"The report was not measured: {printing.problem}\n"
    missed = " (missed)" if printing.ratio > MOST_OF_WEASYPRINT else ""
    return (
        f"Report of a full checklist ({printing.pages} pages): {printing.ratio:.2f} x WeasyPrint alone, "
        f"goal {MOST_OF_WEASYPRINT}{missed}; {printing.whole:.2f} s against {printing.alone:.2f} s.\n"
    )


def keep(part: str, text: str) -> None:
    """Put the result of one part into the document, between its two marks."""
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
    before, _begin, rest = DOCUMENT.read_text().partition(begin)
    _old, _end, after = rest.partition(end)
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{after}")
