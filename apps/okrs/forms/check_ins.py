"""The one form that a team fills in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils import timezone

from apps.core.errors import InvalidInputError
from apps.core.forms import Line, Text
from apps.okrs import queries, rules
from apps.okrs.forms.fields import Number
from apps.okrs.models import Status, UnitKind

SURE: Final = [("", "–"), *((str(number), str(number)) for number in range(11))]  # noqa: RUF001 -- a dash
SQUARES: Final = {
    "priorities": "What comes first until the next check-in?",
    "next_four_weeks": "What lies ahead that others should know of?",
    "health": "What must not suffer meanwhile: people, quality, costs?",
}


class RevisionForm(forms.Form):
    """The revision that the person had on screen."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000)


@dataclass(frozen=True)
class ItemFields:
    """The fields of one key result beside its numbers."""

    row: queries.ItemRow
    value: BoundField | None
    confidence: BoundField
    note: BoundField


@dataclass(frozen=True)
class LineFields:
    """The fields of one objective beside what was said last time."""

    row: queries.LineRow
    status: BoundField
    changed: BoundField
    learned: BoundField
    help_wanted: BoundField
    items: list[ItemFields]


class CheckInForm(RevisionForm):
    """Four squares; then for each objective its status, what changed and each key result."""

    def __init__(self, *args: Any, sheet: queries.Sheet, **options: Any) -> None:
        options.setdefault("initial", initial_of(sheet))
        super().__init__(*args, **options)
        self.sheet = sheet
        self.fields["revision"].widget = forms.HiddenInput()
        self.fields["mine"] = forms.IntegerField(required=False, min_value=0, max_value=2_000_000_000)
        for name, label in rules.SQUARES.items() if not sheet.is_part else ():
            self.fields[name] = _text(label, rules.LONGEST_SQUARE, help_text=SQUARES[name], rows=3)
        for line in sheet.lines:
            prefix = f"o{line.objective.pk}"
            self.fields[f"{prefix}-status"] = forms.ChoiceField(
                label="Status", choices=Status, required=False, widget=forms.RadioSelect
            )
            for name, label in (
                ("changed", "What changed"),
                ("learned", "What we learned"),
                ("help_wanted", "Help wanted"),
            ):
                self.fields[f"{prefix}-{name}"] = _text(label, rules.LONGEST_ANSWER, rows=1)
            for item in line.items:
                self._add_item(item)

    def _add_item(self, row: queries.ItemRow) -> None:
        prefix, metric = f"k{row.key_result.pk}", row.key_result.metric
        if row.takes_value and metric is not None:
            is_percent = metric.unit_kind == UnitKind.PERCENT
            self.fields[f"{prefix}-value"] = Number(
                label=f"Value of “{row.key_result}”", required=False, is_percent=is_percent
            )
        self.fields[f"{prefix}-confidence"] = forms.TypedChoiceField(
            label=f"Confidence in “{row.key_result}”",
            choices=SURE,
            coerce=int,
            empty_value=None,
            required=False,
        )
        self.fields[f"{prefix}-note"] = Line(limit=500, label=f"Note on “{row.key_result}”", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse here a value that could not be recorded, so that it is said beside the field."""
        if "publish" in self.data:
            self._check_whole()
        for line in self.sheet.lines:
            for item in line.items:
                name, metric = f"k{item.key_result.pk}-value", item.key_result.metric
                value = self.cleaned_data.get(name)
                if value is None or metric is None:
                    continue
                today = timezone.now().date()
                try:
                    rules.check_metric_value(metric, value, on=today, today=today)
                except InvalidInputError as error:
                    self.add_error(name, str(error))
        return self.cleaned_data

    def _check_whole(self) -> None:
        """Refuse to publish silence, beside the field that is silent."""
        for line in self.sheet.lines:
            if not self.cleaned_data.get(f"o{line.objective.pk}-status"):
                message = f"Say how “{line.objective}” goes: on track, at risk or off track."
                self.add_error(f"o{line.objective.pk}-status", message)
        if (
            not self.sheet.is_part
            and not self.sheet.lines
            and not any(self.cleaned_data.get(name) for name in rules.SQUARES)
        ):
            self.add_error("priorities", "Write something first.")

    @property
    def draft(self) -> rules.CheckInDraft:
        """Return what was typed as the transition takes it."""
        values = self.cleaned_data
        lines = {}
        for row in self.sheet.lines:
            prefix = f"o{row.objective.pk}"
            items = {
                item.key_result.pk: rules.ItemDraft(
                    value=values.get(f"k{item.key_result.pk}-value"),
                    confidence=values[f"k{item.key_result.pk}-confidence"],
                    note=values[f"k{item.key_result.pk}-note"],
                )
                for item in row.items
            }
            words = {
                name: values[f"{prefix}-{name}"] for name in ("status", "changed", "learned", "help_wanted")
            }
            lines[row.objective.pk] = rules.LineDraft(items=items, **words)
        return rules.CheckInDraft(lines=lines, **{name: values.get(name, "") for name in rules.SQUARES})

    @property
    def base(self) -> int:
        """Return the revision that the words are based on; a tick says that they go over a newer one."""
        mine: int | None = self.cleaned_data["mine"]
        revision: int = self.cleaned_data["revision"]
        return revision if mine is None else mine

    @property
    def squares(self) -> list[BoundField]:
        """Return the fields of the squares."""
        return [self[name] for name in rules.SQUARES if name in self.fields]

    @property
    def lines(self) -> Iterator[LineFields]:
        """Yield the fields of each objective."""
        for row in self.sheet.lines:
            prefix = f"o{row.objective.pk}"
            words = {
                name: self[f"{prefix}-{name}"] for name in ("status", "changed", "learned", "help_wanted")
            }
            yield LineFields(row=row, items=[self._item(item) for item in row.items], **words)

    def _item(self, row: queries.ItemRow) -> ItemFields:
        prefix = f"k{row.key_result.pk}"
        value = self[f"{prefix}-value"] if f"{prefix}-value" in self.fields else None
        return ItemFields(row, value, self[f"{prefix}-confidence"], self[f"{prefix}-note"])

    @property
    def problem(self) -> str:
        """Return the first thing that is wrong, in one sentence, with what it is about."""
        for name, problems in self.errors.items():
            label = self.fields[name].label if name in self.fields else ""
            return f"{label}: {problems[0]}" if label else str(problems[0])
        return ""


def initial_of(sheet: queries.Sheet) -> dict[str, Any]:
    """Return what a draft says already."""
    draft = sheet.draft
    values: dict[str, Any] = {"revision": draft.revision if draft else 0}
    values |= {name: getattr(draft, name) if draft else "" for name in rules.SQUARES}
    for row in sheet.lines:
        if row.line is not None:
            for name in ("status", "changed", "learned", "help_wanted"):
                values[f"o{row.objective.pk}-{name}"] = getattr(row.line, name)
        for item in row.items:
            if item.item is not None:
                for name in ("value", "confidence", "note"):
                    values[f"k{item.key_result.pk}-{name}"] = getattr(item.item, name)
    return values


def _text(label: str, limit: int, *, rows: int, help_text: str = "") -> Text:
    field = Text(limit=limit, label=label, required=False, help_text=help_text)
    field.widget.attrs["rows"] = rows
    return field
