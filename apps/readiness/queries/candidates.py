"""What a team may want to take up when it plans a quarter; settings.CANDIDATES names this."""

from datetime import date

from django.db.models import Exists, OuterRef

from apps.catalog.models import Phase, Team
from apps.core.results import Candidate
from apps.readiness.models import Answer, Exemption, State
from apps.readiness.queries.finding import sheet

MOST = 100
SHORT = 120


def candidates(team: Team) -> list[Candidate]:
    """Return gaps, and what stands under an exemption, of the services of a team; High ones first.

    Two queries, and one for each edition that this process has not read yet. An exemption that was approved
    is a risk that somebody accepted until a day.
    """
    stands = Exemption.objects.filter(answer=OuterRef("pk"), state=Exemption.State.APPROVED)
    gaps = Answer.objects.applicable().filter(
        assessment__service__team=team, assessment__closed_at=None, state=State.GAP
    )
    gaps = gaps.exclude(assessment__service__phase=Phase.ARCHIVED).filter(~Exists(stands))
    around = ("assessment__service", "assessment__edition")
    rows = gaps.select_related(*around).defer("assessment__edition__content").order_by("pk")[:MOST]
    found = [_gap(answer) for answer in sorted(rows, key=_weight)]
    exempt = Exemption.objects.filter(
        answer__assessment__service__team=team,
        answer__assessment__closed_at=None,
        state=Exemption.State.APPROVED,
    ).exclude(answer__assessment__service__phase=Phase.ARCHIVED)
    near = [f"answer__{path}" for path in around]
    rows_of = exempt.select_related(*near).defer("answer__assessment__edition__content")
    return found + [_accepted(one) for one in rows_of.order_by("ends_on", "pk")[:MOST]]


def _weight(answer: Answer) -> tuple[int, int]:
    return {"high": 0, "medium": 1}.get(answer.weight, 2), answer.pk


def _gap(answer: Answer) -> Candidate:
    return Candidate(
        key=f"readiness:answer:{answer.pk}",
        kind="Gap",
        title=_title(answer),
        url=answer.url,
        detail=_short(answer.text) or f"{answer.get_weight_display()} item",
        service_name=answer.assessment.service.name,
    )


def _accepted(exemption: Exemption) -> Candidate:
    answer = exemption.answer
    return Candidate(
        key=f"readiness:exemption:{exemption.pk}",
        kind="Accepted risk",
        title=_title(answer),
        url=answer.url,
        detail=f"Exempt until {_day(exemption.ends_on)}: {_short(exemption.reason)}",
        service_name=answer.assessment.service.name,
    )


def _title(answer: Answer) -> str:
    item = sheet(answer.assessment.edition).by_key.get(answer.item)
    question = f": {item.question}" if item else ""
    return f"{answer.item} of {answer.assessment.service.name}{question}"[:250]


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _short(text: str) -> str:
    first = text.partition("\n")[0]
    return first if len(first) <= SHORT else f"{first[: SHORT - 1]}…"
