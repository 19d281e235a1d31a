"""Lists for spreadsheets: text stays text, numbers are numbers."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import sheets

NAMES = {"m": sheets.MAIN}
CELLS = st.one_of(
    st.text(max_size=20),
    st.none(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10),
    st.dates(min_value=date(1900, 3, 1)),
)


def parsed(content):
    return ET.fromstring(content)  # noqa: S314 -- our own


def cells_of(content):
    """Return the cells of a sheet as a reader sees them: (text, style, kind) by line."""
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            parsed(archive.read(name))
        sheet = parsed(archive.read("xl/worksheets/sheet1.xml"))
    lines = []
    for line in sheet.iterfind(".//m:row", NAMES):
        cells = []
        for cell in line.iterfind("m:c", NAMES):
            text = cell.find("m:is/m:t", NAMES)
            number = cell.find("m:v", NAMES)
            assert cell.find("m:f", NAMES) is None
            found = text if text is not None else number
            cells.append((found.text or "" if found is not None else "", cell.get("s"), cell.get("t")))
        lines.append(cells)
    return lines


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_never_becomes_a_formula(text):
    (_head, line) = sheets.csv_lines(["a"], [[text]])

    assert next(csv.reader(StringIO(line, newline="")))[0].startswith("'")
    assert cells_of(sheets.workbook(["a"], [[text]], title="x"))[1][0][2] == "inlineStr"


def test_a_negative_number_stays_a_number():
    (_head, line) = sheets.csv_lines(["a", "b"], [[Decimal("-0.5"), -3]])

    assert line == "-0.5,-3\r\n"
    assert cells_of(sheets.workbook(["a", "b"], [[Decimal("-0.5"), -3]], title="x"))[1] == [
        ("-0.5", None, None),
        ("-3", None, None),
    ]


def test_a_workbook_has_a_head_days_and_gaps():
    rows = [["Ada & <Bob>", None, date(2026, 10, 5), ""]]

    head, line = cells_of(sheets.workbook(["a", "b", "c", "d"], rows, title="Q4: [2026]"))

    assert [cell[0] for cell in head] == ["a", "b", "c", "d"]
    assert line == [
        ("Ada & <Bob>", "0", "inlineStr"),
        ("", None, None),
        ("46300", "2", None),
        ("", None, None),
    ]


def test_the_name_of_a_sheet_is_one_that_programs_take():
    content = sheets.workbook(["a"], [], title='[a]: "quoted" and longer than thirty-one characters')

    with ZipFile(BytesIO(content)) as archive:
        book = parsed(archive.read("xl/workbook.xml"))
    name = book.find("m:sheets/m:sheet", NAMES).get("name")
    assert len(name) <= 31
    assert not set("[]:*?/\\") & set(name)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5))
def test_whatever_is_in_a_list_both_files_can_be_read(rows):
    lines = list(sheets.csv_lines(["a", "b", "c"], rows))
    read = cells_of(sheets.workbook(["a", "b", "c"], rows, title="x"))

    assert len(lines) == len(read) == len(rows) + 1
    assert all(len(line) == 3 for line in read)


def test_the_same_list_is_the_same_file():
    assert sheets.workbook(["a"], [["b"]], title="x") == sheets.workbook(["a"], [["b"]], title="x")
