"""What the pages of a checklist show."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.catalog.models import Service
from apps.catalog.queries import members_of
from apps.comments.models import Thread
from apps.comments.queries import threads
from apps.core.statements import statement
from apps.readiness.models import (
    Answer,
    AnswerVersion,
    Area,
    Assessment,
    Exemption,
    Kind,
    State,
    Verdict,
    Weight,
)
from apps.readiness.queries.choices import state_choices
from apps.readiness.queries.finding import sheet
from apps.readiness.rules import STATES, AreaSheet, Hint, Item, Sheet, hints

AROUND = 88  # the length of a progress ring's circle
TONES: Final = {
    State.IN_PLACE.value: "strong",
    State.ANSWERED.value: "strong",
    State.PLANNED.value: "adequate",
    State.UNKNOWN.value: "adequate",
    State.GAP.value: "weak",
}
# What an item shows of people; reading the JSON of their rows costs more than the rest of the row.
READ: Final = [
    *(field.attname for field in Answer._meta.concrete_fields),  # noqa: SLF001
    "owner__name",
    "owner__is_active",
    "owner__team_ids",
    "saved_by__name",
]
STANDING = [Exemption.State.ASKED, Exemption.State.APPROVED]


@dataclass(frozen=True)
class AreaRow:
    """One area in the list beside the checklist, on the service page and in an agenda."""

    pk: int
    key: str
    title: str
    url: str
    applicable: int
    answered: int
    open_high: int
    gaps: int
    exempt: int
    is_weak: bool
    verdict: str

    @property
    def is_full(self) -> bool:
        """Tell whether everything that applies is answered."""
        return self.answered == self.applicable

    @property
    def unanswered(self) -> int:
        """Return how many items nobody answered."""
        return self.applicable - self.answered

    @property
    def shows_weak(self) -> bool:
        """Tell whether the mark is shown: not before anybody has begun."""
        return self.is_weak and (self.answered > 0 or bool(self.verdict))

    @property
    def ring(self) -> str:
        """Return the dashes of the progress ring."""
        share = self.answered / self.applicable if self.applicable else 1
        return f"{share * AROUND:.1f} {AROUND:.1f}"


@dataclass(frozen=True)
class ItemRow:
    """One item with all that stands around it."""

    answer: Answer
    item: Item
    hints: list[Hint]
    states: tuple[tuple[str, str, bool], ...]  # value, word, whether it is the present one
    heading: str  # of its area
    base: str  # the address under which its parts and steps lie
    exemption: Exemption | None = None
    thread: Thread | None = None
    versions: int = 0
    is_changed: bool = False  # since the checklist was submitted

    @property
    def state_choices(self) -> SafeString:
        """Return the buttons that choose the state."""
        return state_choices(self.states)

    @property
    def word(self) -> str:
        """Return the present state as this checklist calls it."""
        return next((word for _value, word, is_present in self.states if is_present), "")

    @property
    def tone(self) -> str:
        """Return the colour of the state's badge, whose word says the same."""
        return TONES.get(self.answer.state, "")


@dataclass(frozen=True)
class AreaPage:
    """One area of a checklist in full; a conversation shows all of its areas this way."""

    assessment: Assessment
    sheet: Sheet
    areas: list[AreaRow]
    area: AreaRow | None
    summary: str
    items: list[ItemRow]
    members: list[User]
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """Return how many items of the whole checklist are answered."""
        return sum(area.answered for area in self.areas)

    @property
    def applicable(self) -> int:
        """Return how many items of the whole checklist count for this service."""
        return sum(area.applicable for area in self.areas)


@dataclass(frozen=True)
class Line:
    """One item as a row of a list."""

    answer: Answer
    question: str
    area_url: str

    @property
    def url(self) -> str:
        """Return where the item stands."""
        return f"{self.area_url}#{self.answer.item}"

    @property
    def tone(self) -> str:
        """Return the colour of the badge."""
        return "exempt" if self.answer.is_exempt else TONES.get(self.answer.state, "")

    @property
    def word(self) -> str:
        """Return the state, and what stands beside it."""
        state = str(self.answer.get_state_display())
        if self.answer.is_exempt:
            return f"◇ {state}, exempt"
        return f"{state}, by {self.answer.due_on:%-d %b}" if self.answer.due_on else state


def area_rows(assessment: Assessment, areas: Iterable[Area] | None = None) -> list[AreaRow]:
    """Return the areas that have anything to answer. One query, or none if the areas are given."""
    questions = sheet(assessment.edition)
    rows = _areas(assessment_id=assessment.pk) if areas is None else areas
    return [_area_row(area, questions.by_area[area.key], assessment) for area in rows if area.applicable]


@statement()
def _areas(*, assessment_id: int) -> QuerySet[Area]:
    return Area.objects.filter(assessment=assessment_id).order_by("position")


def areas_of(service: Service) -> list[AreaRow]:
    """Return the ten areas of a service, or of the whole that it is a part of. One query."""
    areas = _areas_of(service_id=service.whole_id)
    return area_rows(areas[0].assessment, areas) if areas else []


@statement()
def _areas_of(*, service_id: int) -> QuerySet[Area]:
    rows = Area.objects.filter(
        assessment__service=service_id, assessment__kind=Kind.READINESS, assessment__closed_at=None
    )
    rows = rows.select_related("assessment__edition", "assessment__service")
    return rows.defer("assessment__edition__content").order_by("position")


def _area_row(area: Area, words: AreaSheet, assessment: Assessment) -> AreaRow:
    place = f"#{area.key}" if assessment.kind == Kind.CONVERSATION else f"{area.key.lower()}/"
    return AreaRow(
        pk=area.pk,
        key=area.key,
        title=words.title,
        url=f"{assessment.get_absolute_url()}{place}",
        applicable=area.applicable,
        answered=area.answered,
        open_high=area.open_high,
        gaps=area.gaps,
        exempt=area.exempt,
        is_weak=area.is_weak,
        verdict=area.verdict,
    )


def area_page(assessment: Assessment, key: str, *, today: date) -> AreaPage:
    """Return one area in full. Seven queries, however many items it has."""
    questions = sheet(assessment.edition)
    areas = area_rows(assessment)
    rows = _answers_of_area(assessment_id=assessment.pk, area=key)
    return AreaPage(
        assessment=assessment,
        sheet=questions,
        areas=areas,
        area=next((area for area in areas if area.key == key), None),
        summary=questions.by_area[key].summary,
        items=_items(assessment, rows, today=today),
        members=members_of(assessment.service.team_id),
        verdicts=_verdicts(assessment_id=assessment.pk, area=key),
    )


@statement()
def _verdicts(*, assessment_id: int, area: str) -> QuerySet[Verdict]:
    rows = Verdict.objects.filter(area__assessment=assessment_id, area__key=area)
    return rows.select_related("reviewer").order_by("-at", "pk")


def whole_page(assessment: Assessment, *, today: date) -> AreaPage:
    """Return a whole conversation in full. Five queries, however many questions it has."""
    rows = _answers(assessment_id=assessment.pk)
    return AreaPage(
        assessment=assessment,
        sheet=sheet(assessment.edition),
        areas=area_rows(assessment),
        area=None,
        summary=sheet(assessment.edition).summary,
        items=_items(assessment, rows, today=today),
        members=members_of(assessment.service.team_id),
    )


@statement()
def _answers_of_area(*, assessment_id: int, area: str) -> QuerySet[Answer]:
    return _in_full(Answer.objects.applicable().filter(assessment=assessment_id, area=area))


@statement()
def _answers(*, assessment_id: int) -> QuerySet[Answer]:
    return _in_full(Answer.objects.applicable().filter(assessment=assessment_id))


@statement()
def _answer(*, pk: int) -> QuerySet[Answer]:
    return _in_full(Answer.objects.filter(pk=pk))


def _in_full(answers: QuerySet[Answer]) -> QuerySet[Answer]:
    kept = AnswerVersion.objects.filter(answer=OuterRef("pk")).order_by().values("answer")
    rows = answers.annotate(kept=Coalesce(Subquery(kept.annotate(n=Count("pk")).values("n")), 0))
    return rows.select_related("owner", "saved_by").only(*READ).order_by("position")


@statement()
def _standing(*, answer_ids: list[int]) -> QuerySet[Exemption]:
    rows = Exemption.objects.filter(answer__in=answer_ids, state__in=STANDING)
    return rows.only("answer_id", "state", "ends_on")


def _items(assessment: Assessment, answers: list[Answer], *, today: date) -> list[ItemRow]:
    ids = [answer.pk for answer in answers]
    said = threads("answer", ids)
    standing = {exemption.answer_id: exemption for exemption in _standing(answer_ids=ids)}
    for answer in answers:
        answer.assessment = assessment
    # One address for all of them: a hundred times `reverse` is a tenth of the page.
    pattern = reverse("readiness:item", args=[assessment.service.slug, 0]).removesuffix("0/")
    return [
        _item_row(
            answer,
            today=today,
            thread=said.get(answer.pk),
            exemption=standing.get(answer.pk),
            versions=answer.kept,  # type: ignore[attr-defined]  # read by _in_full
            base=f"{pattern}{answer.pk}/",
        )
        for answer in answers
    ]


def one_item(answer: Answer, *, today: date) -> ItemRow:
    """Return one item with what a save may have changed; the rest stays as it is on the page. No query."""
    return _item_row(answer, today=today)


def item_in_full(answer: Answer, *, today: date) -> ItemRow:
    """Return one item with all that stands around it. Three queries."""
    (row,) = _items(answer.assessment, _answer(pk=answer.pk), today=today)
    return row


def _item_row(
    answer: Answer,
    *,
    today: date,
    thread: Thread | None = None,
    exemption: Exemption | None = None,
    versions: int = 0,
    base: str = "",
) -> ItemRow:
    assessment = answer.assessment
    questions = sheet(assessment.edition)
    item = questions.by_key[answer.item]
    submitted = assessment.submitted_at
    return ItemRow(
        answer=answer,
        item=item,
        hints=hints(answer, item, team_id=assessment.service.team_id, today=today),
        states=_states(assessment.kind, answer.state),
        heading=questions.by_area[answer.area].title,
        base=base or reverse("readiness:item", args=[assessment.service.slug, answer.pk]),
        exemption=exemption,
        thread=thread,
        versions=versions,
        is_changed=bool(submitted and answer.saved_at and answer.saved_at > submitted),
    )


@cache
def _states(kind: str, present: str) -> tuple[tuple[str, str, bool], ...]:
    return tuple((state.value, _word(state, kind), state == present) for state in STATES[kind])


def _word(state: State, kind: str) -> str:
    if kind == Kind.CONVERSATION and state == State.NOT_APPLICABLE:
        return "Does not apply"
    return state.label


def all_items(assessment: Assessment) -> list[tuple[AreaSheet, list[Line]]]:
    """Return every item that applies as one line, by area. One query."""
    questions = sheet(assessment.edition)
    url = assessment.get_absolute_url()
    lines: dict[str, list[Line]] = {}
    rows = Answer.objects.applicable().filter(assessment=assessment)
    for answer in rows.only("item", "area", "state", "is_exempt", "due_on").order_by("position"):
        line = Line(answer, questions.by_key[answer.item].question, f"{url}{answer.area.lower()}/")
        lines.setdefault(answer.area, []).append(line)
    return [(area, lines[area.key]) for area in questions.areas if area.key in lines]


def printed(assessment: Assessment) -> list[tuple[AreaSheet, list[tuple[Item, Answer]]]]:
    """Return every item that applies with its whole answer, by area. Two queries."""
    questions = sheet(assessment.edition)
    found: dict[str, list[tuple[Item, Answer]]] = {}
    rows = Answer.objects.applicable().filter(assessment=assessment).select_related("owner")
    for answer in rows.prefetch_related("evidence").order_by("position"):
        found.setdefault(answer.area, []).append((questions.by_key[answer.item], answer))
    return [(area, found[area.key]) for area in questions.areas if area.key in found]


def next_open_for(assessment: Assessment, person: User, *, after: int = -1) -> Answer | None:
    """Return what this person should answer next: own items, then nobody's, High ones first. One query.

    `after` is the position of the item on screen, so that somebody can go on through the list.
    """
    rows = Answer.objects.applicable().filter(assessment=assessment)
    rows = rows.filter(Q(state=State.OPEN) | Q(is_returned=True))
    mine = list(
        rows.filter(Q(owner=person) | Q(owner=None)).only(
            "item", "area", "position", "owner", "weight", "is_returned", "assessment"
        )
    )
    mine.sort(
        key=lambda answer: (
            answer.position <= after,
            not answer.is_returned,
            answer.owner_id is None,
            answer.weight != Weight.HIGH,
            answer.position,
        )
    )
    return mine[0] if mine else None
