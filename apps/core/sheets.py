"""Lists as files for spreadsheets: CSV, and XLSX without a library.

Text stays text in both. In CSV a quote stands before what a spreadsheet would run as a formula; in XLSX a
cell of text is no formula, whatever it begins with, so nothing stands before it.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Cell = str | int | Decimal | date | None
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
BEGINS: Final = "\ufeff"  # so that spreadsheets read it as UTF-8
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
LONGEST_CELL: Final = 32_767  # characters; Excel repairs a file with more by throwing them away
DAY_ZERO: Final = date(1899, 12, 30)  # from which spreadsheets count days
NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
TEXT, HEAD, DAY = 0, 1, 2  # styles, as STYLES lists them
WIDEST: Final = 60

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
KINDS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARED: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPES: Final = (
    f'{DECLARED}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KINDS}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KINDS}.styles+xml"/></Types>'
)
ROOT: Final = (
    f'{DECLARED}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK: Final = (
    f'{DECLARED}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>'
)
BOOK_RELATIONS: Final = (
    f'{DECLARED}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
STYLES: Final = (
    f'{DECLARED}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
SHEET: Final = (
    f'{DECLARED}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)


class _Echo:
    """A file that hands back what was written."""

    def write(self, text: str) -> str:
        return text


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield a list line by line, its head first; text never becomes a formula."""
    writer = csv.writer(_Echo())
    yield BEGINS + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([plain_cell(value) for value in row])


def plain_cell(value: object) -> str:
    """Return text that no spreadsheet takes for a formula; a negative number is one already."""
    if value is None:
        return ""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    is_number = isinstance(value, int | Decimal)
    return f"'{text}" if text.startswith(FORMULA) and not is_number else text


def workbook(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """Return a list as an XLSX file of one sheet: numbers are numbers, days are days, text is text."""
    listed = [list(row) for row in rows]
    held = BytesIO()
    name = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "List"
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for path, text in (
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", ROOT),
            ("xl/workbook.xml", BOOK.format(name=escape(NOT_XML.sub("", name), {'"': "&quot;"}))),
            ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS),
            ("xl/styles.xml", STYLES),
            ("xl/worksheets/sheet1.xml", _sheet(columns, listed)),
        ):
            archive.writestr(ZipInfo(path), text.encode(), ZIP_DEFLATED)
    return held.getvalue()


def _sheet(columns: Sequence[str], rows: list[list[Cell]]) -> str:
    widths = [
        min(WIDEST, 2 + max(len(str(value or "")) for value in column))
        for column in zip(columns, *rows, strict=True)
    ]
    sizes = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, start=1)
    )
    head = _line(1, [_text(column, style=HEAD) for column in columns])
    lines = (_line(number, [_cell(value) for value in row]) for number, row in enumerate(rows, start=2))
    return f"{SHEET}<cols>{sizes}</cols><sheetData>{head}{''.join(lines)}</sheetData></worksheet>"


def _line(number: int, cells: list[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(value: Cell) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return f'<c s="{DAY}"><v>{(value - DAY_ZERO).days}</v></c>'
    if isinstance(value, int | Decimal):
        return f"<c><v>{value:f}</v></c>" if isinstance(value, Decimal) else f"<c><v>{int(value)}</v></c>"
    return _text(str(value))


def _text(text: str, *, style: int = TEXT) -> str:
    kept = escape(NOT_XML.sub("\ufffd", text)[:LONGEST_CELL])
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{kept}</t></is></c>'
