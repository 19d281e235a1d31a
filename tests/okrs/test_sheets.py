"""Objectives out of a spreadsheet: what is read, what is refused by line and column, what is written down."""

import csv
from io import StringIO

import pytest

from apps.core.errors import NotPermittedError
from apps.okrs import imports, queries, transitions
from apps.okrs.imports import read_sheet, text_of
from apps.okrs.models import KeyResult, Metric, Objective
from tests.factories import ActorFactory, member_of
from tests.factories.okrs import ObjectiveFactory, QuarterFactory

HEAD = "objective,key result,metric,unit,baseline,target\n"


def read(text):
    return read_sheet(text).objectives


def titles(sheet):
    return [(one.title, [row.title for row in one.key_results]) for one in sheet.objectives]


def wrong(text):
    return [(one.line, one.column, one.message) for one in read_sheet(text).wrong]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_spreadsheets_of_all_countries_save_is_read(separator, ends, encoding):
    lines = [
        ["Objective", "Key_Result", "Metric", "Baseline", "Target", "Owner"],
        ["Über Pakete wissen", "“Wo ist es?” fällt", "Anrufe", "9.400,5", "93,5", "Ada"],
        ["", f"Zwei Zeilen{separator} eine Zelle", "", "", "", ""],
    ]
    held = StringIO()
    csv.writer(held, delimiter=separator, lineterminator=ends).writerows(lines)

    sheet = read_sheet(text_of(held.getvalue().encode(encoding)))

    assert sheet.wrong == []
    cell = "Zwei Zeilen eine Zelle" if separator == "\t" else f"Zwei Zeilen{separator} eine Zelle"
    assert titles(sheet) == [("Über Pakete wissen", ["“Wo ist es?” fällt", cell])]
    first = sheet.objectives[0].key_results[0]
    assert (str(first.baseline), str(first.target)) == ("9400.5", "93.5")
    assert sheet.ignored == ["Owner"]


def test_breaks_inside_quotes_become_spaces_and_lines_are_counted_as_the_editor_does():
    text = HEAD + '"A goal\nin two lines",First,,,,\n,"Bad ""one""",,,1,2\n'

    sheet = read_sheet(text)

    assert titles(sheet) == [("A goal in two lines", ["First", 'Bad "one"'])]
    assert [(one.line, one.column) for one in sheet.wrong] == [(4, "metric")]


def test_percent_signs_make_a_percentage():
    (one,) = read(HEAD + "Reach,Half of all see it,Openings,,18 %,50%\n")

    assert one.key_results[0].unit == "%"
    assert str(one.key_results[0].target) == "50"


def test_lines_of_one_objective_need_not_stand_together():
    sheet = read_sheet("objective,kr\nA,1\nB,2\na,3\n\n,4\n")

    assert titles(sheet) == [("A", ["1", "3", "4"]), ("B", ["2"])]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("goal;kr\n;first\n", 2, "goal", "first line of an objective names it"),
        ("Wishes\nA\n", 1, "", "has to name the columns"),
        ("objective,goal\nA,B\n", 1, "goal", "Two columns are “objective”"),
        (HEAD + "A,B,C,,nine,5\n", 2, "baseline", "“nine” is not a number"),
        (HEAD + 'A,B,C,,"1,234",5\nA,D,C,,"93,5",5\n', 2, "baseline", "can mean 1234 or 1.234"),
        (HEAD + "A,,C,,1,5\n", 2, "key result", "no key result that they belong to"),
        (HEAD + "A,B,,,1,5\n", 2, "metric", "name of what is counted"),
        ("objective,kr,baseline\nA,B,1\n", 2, "baseline", "add a column “metric”"),
        (HEAD + "A,B,,,,\nA,b,,,,\n", 3, "key result", "same key result further up"),
        ("objective,ambition\nA,huge\n", 2, "ambition", "none of: committed"),
        ("objective\n" + "A\n" * 1001, 1002, "", "At most 1,000 lines"),
        ('objective\n"' + "x" * 200_000 + '"\n', 2, "", "no table of columns"),
    ],
    ids=range(12),
)
def test_each_problem_is_named_by_line_and_column(text, line, column, words):
    found = wrong(text)[0]

    assert found[:2] == (line, column)
    assert words in found[2]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_nothing_is_no_problem_and_no_objective(text):
    sheet = read_sheet(text)

    assert (sheet.objectives, sheet.wrong) == ([], [])


def test_a_line_of_a_million_columns_is_refused_at_once():
    sheet = imports.read_sheet(f"objective{',a' * 400_000}\nCalls fall")

    assert [wrong.message for wrong in sheet.wrong] == [
        "The table has 400,001 columns; at most 100 are read."
    ]


def test_the_example_file_is_read_by_the_rules_that_it_explains():
    held = StringIO()
    csv.writer(held).writerows(imports.EXAMPLE)

    sheet = read_sheet(held.getvalue())

    assert sheet.wrong == []
    assert sheet.ignored == []
    assert [len(one.key_results) for one in sheet.objectives] == [2, 1]


def test_a_real_file_is_read(samples):
    text = text_of((samples / "okrs" / "key-results.csv").read_bytes())

    sheet = read_sheet(text)

    assert len(sheet.objectives) > 50
    assert sheet.ignored == ["source_file", "organisation", "period", "priority", "grade", "result_text"]
    assert {one.message for one in sheet.wrong} <= {
        "This objective has the same key result further up.",
        "The first line of an objective names it.",
    }


@pytest.mark.django_db
class TestWriting:
    def write(self, text, now, *, quarter=None, by=None):
        quarter = quarter or QuarterFactory()
        preview = queries.sheet_preview(quarter, text)
        by = by or member_of(quarter.team)
        return quarter, preview, transitions.write_sheet(quarter, objectives=preview.wanted, by=by, at=now)

    def test_drafts_are_written_in_the_order_of_the_file(self, now):
        text = (
            "objective,why,instead of,ambition,tags,key result,metric,unit,baseline,target\n"
            'Calls fall,They cost,The app,moon-shot,"Calls; parcels",'
            "From 9400 to 5000,Calls,calls a week,9400,5000\n"
            ",,,,,Half open it,Openings,,18 %,50 %\n"
            "Silence,,,,,Nobody wakes,,,,\n"
        )

        quarter, _preview, made = self.write(text, now)

        quarter.refresh_from_db()
        assert quarter.ordered_ids == [one.pk for one in made]
        calls, silence = Objective.objects.order_by("pk")
        assert (calls.state, calls.why, calls.instead_of) == ("draft", "They cost", "The app")
        assert (calls.ambition, calls.tags) == ("moonshot", ["calls", "parcels"])
        assert silence.key_results.get().title == "Nobody wakes"
        first, second = calls.key_results.order_by("position")
        assert (first.kind, str(first.target), first.metric.name) == ("metric", "5000.0000", "Calls")
        assert (first.metric.good, second.metric.unit_kind) == ("down", "percent")

    def test_what_the_quarter_has_is_passed_over_so_that_a_second_time_changes_nothing(self, now):
        text = "objective,kr\nCalls fall,One\nSilence,Two\n"
        quarter, _preview, made = self.write(text, now)

        _quarter, preview, again = self.write(text, now, quarter=quarter)

        assert (len(made), again) == (2, [])
        assert [row.is_known for row in preview.rows] == [True, True]
        assert KeyResult.objects.count() == 2

    def test_nothing_is_wanted_while_something_is_wrong(self, now):
        text = HEAD + f"Good,One,,,,\nToo {'long ' * 60},Two,,,,\nA,B,Share,%,0,500\nC,D,N,,5,5\n"

        _quarter, preview, made = self.write(text, now)

        assert [(one.line, one.column) for one in preview.wrong] == [
            (3, "objective"),
            (4, "target"),
            (5, "target"),
        ]
        assert made == []
        assert not Metric.objects.exists()

    def test_hints_stand_beside_and_hold_nothing_back(self, now):
        text = "objective,kr\n" + "\n".join(f"Launch {n} things,Ship version {n}" for n in range(4))

        quarter, preview, made = self.write(text, now)

        assert any(remark.startswith("L1:") for remark in preview.rows[0].remarks)
        assert preview.remarks[0].startswith(f"L6: {quarter.team} would have 4 objectives")
        assert len(made) == 4

    def test_more_key_results_than_an_objective_has_are_named(self, now):
        text = "objective,kr\n" + "\n".join(f"A,Number {n}" for n in range(21))

        _quarter, preview, _made = self.write(text, now)

        assert [(one.line, one.column) for one in preview.wrong] == [(22, "kr")]

    def test_another_team_writes_nothing(self, now):
        with pytest.raises(NotPermittedError):
            self.write("objective\nA\n", now, by=ActorFactory())

        assert not Objective.objects.exists()

    def test_previewing_reads_twice_whatever_its_length(self, django_assert_num_queries):
        quarter = QuarterFactory()
        ObjectiveFactory(team=quarter.team, cycle=quarter.cycle)
        text = "objective,kr\n" + "\n".join(f"Goal {n},Number {n}" for n in range(50))

        with django_assert_num_queries(2):
            assert len(queries.sheet_preview(quarter, text).rows) == 50
