"""Checklists and what teams answered, with the counted rows that the app keeps beside them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, Self

from django.core.management import call_command

from apps.accounts.models import User
from apps.catalog.models import Phase, Service
from apps.comments.models import Comment, Thread
from apps.readiness import queries, rules
from apps.readiness.models import (
    Answer,
    AnswerVersion,
    Area,
    Assessment,
    Evidence,
    Exemption,
    Kind,
    State,
    Value,
    Verdict,
    Weight,
)
from apps.readiness.rules import Item, Sheet
from bench.organisation import words
from bench.organisation.people import BATCH, People
from bench.organisation.services import Services

ANSWERED: Final = (State.IN_PLACE, State.PLANNED, State.GAP, State.NOT_APPLICABLE)
SHARES: Final = (75, 9, 8, 8)  # per cent of what is answered
EVERY_LINK: Final = 6  # answers in place until the next one with evidence


@dataclass(frozen=True)
class Checklists:
    """Every assessment with its service; `numbers` are the summaries by the service's key."""

    readiness: list[Assessment]
    answers: list[Answer]
    numbers: dict[int, dict[str, Any]]

    @classmethod
    def make(cls, services: Services, people: People, random: Random, *, at: datetime) -> Self:
        """Publish the shipped checklists and answer them for every service that has one."""
        call_command("publish_editions", stdout=_Silence())
        talks = _Filler(Kind.CONVERSATION, people, random, at=at)
        talks.open(services.with_conversation, services)
        ten = _Filler(Kind.READINESS, people, random, at=at)
        ten.open(services.with_readiness, services)
        _say(talks.answers[::5] + ten.answers[::50], people, at=at)
        return cls(ten.assessments, ten.answers, talks.numbers | ten.numbers)

    def middle_area(self, service: Service) -> tuple[str, int]:
        """Return the area of middle length, and an answer there that is in place."""
        answers = [answer for answer in self.answers if answer.assessment.service_id == service.pk]
        lengths = Counter(answer.area for answer in answers if answer.applies).most_common()
        key = lengths[len(lengths) // 2][0]
        found = (answer for answer in answers if answer.area == key and answer.state == State.IN_PLACE)
        return key, next(found).pk


class _Silence:
    def write(self, text: str) -> None:
        """Say nothing."""


class _Filler:
    """Fills one kind of checklist for many services."""

    def __init__(self, kind: Kind, people: People, random: Random, *, at: datetime) -> None:
        edition = queries.latest_edition(kind)
        if edition is None:
            raise LookupError(kind)
        self.kind, self.people, self.random, self.at = kind, people, random, at
        self.edition = edition
        self.sheet: Sheet = queries.sheet(edition)
        self.assessments: list[Assessment] = []
        self.answers: list[Answer] = []
        self.numbers: dict[int, dict[str, Any]] = {}

    def open(self, services: list[Service], everything: Services) -> None:
        """Insert assessments with answers, versions, evidence, exemptions, verdicts and areas."""
        offering = {service.pk for service in everything.all[::10]}  # as organisation.services relates them
        self.assessments = [
            Assessment(
                service=service,
                edition=self.edition,
                kind=self.kind,
                opened_at=service.phase_since,
                submitted_at=service.phase_since if self.kind == Kind.READINESS and service.pk % 2 else None,
                applies_version=service.version,
                content_version=200,
            )
            for service in services
        ]
        Assessment.objects.bulk_create(self.assessments, BATCH)
        for number, assessment in enumerate(self.assessments):
            progress = 0.95 if number % 3 == 0 else self.random.uniform(0.1, 0.9)
            self.answers += self._answers(assessment, progress, offers=assessment.service_id in offering)
        self._exempt()
        Answer.objects.bulk_create(self.answers, BATCH)
        self._keep_versions()
        self._link()
        self._count()

    def _answers(self, assessment: Assessment, progress: float, *, offers: bool) -> Iterator[Answer]:
        service = assessment.service
        variables = rules.service_variables(service, has_interfaces=offers, has_dependencies=True)
        members = self.people.members[service.team_id or 0]
        for item in self.sheet.items:
            answer = Answer(
                assessment=assessment,
                item=item.key,
                area=item.area,
                position=item.position,
                weight=item.weight,
                applies=rules.applies(item, variables),
            )
            if self.random.random() < progress:
                self._fill(answer, item, self.random.choice(members))
            yield answer

    def _fill(self, answer: Answer, item: Item, author: User) -> None:
        random = self.random
        state = random.choices(ANSWERED, SHARES)[0] if item.weight else State.ANSWERED
        answer.state = state
        answer.text = words.text(random, sentences=random.randint(2, 5))
        answer.owner = author if state in {State.PLANNED, State.GAP} or random.random() < 0.3 else None  # noqa: PLR2004
        answer.due_on = (
            (self.at + timedelta(days=random.randint(-5, 80))).date() if state == State.PLANNED else None
        )
        answer.reason = "It keeps no data of its own." if state == State.NOT_APPLICABLE else ""
        answer.revision = 1
        answer.saved_by = author
        answer.saved_at = self.at - timedelta(days=random.randint(1, 60))

    def _exempt(self) -> None:
        """Mark every second gap as exempt; the exemptions follow when the answers have their keys."""
        for answer in [one for one in self.answers if one.state == State.GAP][::2]:
            answer.is_exempt = True

    def _keep_versions(self) -> None:
        answered = [answer for answer in self.answers if answer.saved_at]
        rows = [
            AnswerVersion(
                answer=answer,
                revision=answer.revision,
                state=answer.state,
                text=answer.text,
                owner=answer.owner,
                due_on=answer.due_on,
                reason=answer.reason,
                author=answer.saved_by,
                began_at=answer.saved_at,
                saved_at=answer.saved_at,
            )
            for answer in answered
        ]
        AnswerVersion.objects.bulk_create(rows, BATCH)
        decider = self.people.with_role("enablement")[0]
        exemptions = [
            Exemption(
                answer=answer,
                state=Exemption.State.APPROVED,
                reason="The second zone opens in the summer.",
                measure="Somebody looks at it each morning.",
                ends_on=(self.at + timedelta(days=90)).date(),
                asked_by=answer.saved_by,
                asked_at=answer.saved_at,
                decided_by=decider,
                decided_at=answer.saved_at,
            )
            for answer in answered
            if answer.is_exempt
        ]
        Exemption.objects.bulk_create(exemptions, BATCH)

    def _link(self) -> None:
        """Insert evidence, and count it on the answers that it serves."""
        shown = [answer for answer in self.answers if answer.state == State.IN_PLACE][::EVERY_LINK]
        until = (self.at + timedelta(days=200)).date()
        rows = [
            Evidence(
                assessment=answer.assessment,
                title="Restore rehearsal with its log",
                url=f"https://wiki.example.org/rehearsals/{answer.pk}",
                expires_on=until,
                added_by=answer.saved_by,
                added_at=answer.saved_at,
            )
            for answer in shown
        ]
        Evidence.objects.bulk_create(rows, BATCH)
        through = Evidence.answers.through
        pairs = [
            through(evidence_id=row.pk, answer_id=answer.pk) for row, answer in zip(rows, shown, strict=True)
        ]
        through.objects.bulk_create(pairs, BATCH)
        keys = [answer.pk for answer in shown]
        for start in range(0, len(keys), BATCH):
            chunk = Answer.objects.filter(pk__in=keys[start : start + BATCH])
            chunk.update(evidence_count=1, evidence_until=until)

    def _count(self) -> None:
        """Insert the areas with their numbers and verdicts; keep the summaries."""
        answers: dict[tuple[int, str], list[Answer]] = {}
        for answer in self.answers:
            answers.setdefault((answer.assessment_id, answer.area), []).append(answer)
        reviewers = self.people.specialists[:2]
        areas: list[Area] = []
        verdicts: list[Verdict] = []
        for assessment in self.assessments:
            own = [
                self._area(assessment, heading.key, position, answers[(assessment.pk, heading.key)])
                for position, heading in enumerate(self.sheet.areas)
            ]
            if self.kind == Kind.READINESS and assessment.submitted_at:
                verdicts += [self._verdict(area, reviewer) for area in own for reviewer in reviewers]
            areas += own
            self.numbers[assessment.service_id] = self._summary(assessment, own)
        Area.objects.bulk_create(areas, BATCH)
        Verdict.objects.bulk_create(verdicts, BATCH)

    def _area(self, assessment: Assessment, key: str, position: int, answers: list[Answer]) -> Area:
        area = Area(assessment=assessment, key=key, position=position)
        for answer in (answer for answer in answers if answer.applies):
            _add(area, answer)
        if self.kind == Kind.READINESS and assessment.submitted_at:
            area.verdict = Value.ADEQUATE
        area.is_weak = rules.is_weak(rules.Score.of(area), verdict=area.verdict, kind=self.kind)
        return area

    def _verdict(self, area: Area, reviewer: User) -> Verdict:
        is_first = reviewer is self.people.specialists[0]
        value = Value.ADEQUATE if is_first else Value.STRONG
        note = words.text(self.random, sentences=1) if is_first else ""
        return Verdict(area=area, reviewer=reviewer, value=value, note=note, at=self.at - timedelta(days=1))

    def _summary(self, assessment: Assessment, areas: list[Area]) -> dict[str, Any]:
        if assessment.service.phase == Phase.LIVE:
            return queries.summary(areas, self.sheet)
        item = self.sheet.items[assessment.service_id % len(self.sheet.items)]
        tab = "green-light" if self.kind == Kind.CONVERSATION else f"readiness/{item.area.lower()}"
        return queries.summary(areas, self.sheet) | {
            "next_step": f"Answer {item.key}: {item.question}"[:300],
            "next_url": f"/services/{assessment.service.slug}/{tab}/#{item.key}",
            "next_on": assessment.service.launch_on,
        }


def _add(area: Area, answer: Answer) -> None:
    """Count one answer as the app does."""
    points = rules.POINTS.get(answer.weight, 0)
    counts = answer.state != State.NOT_APPLICABLE
    holds_up = answer.weight == Weight.HIGH and answer.state in {State.OPEN, State.GAP}
    area.applicable += 1
    area.answered += answer.state != State.OPEN
    area.gaps += answer.state == State.GAP
    area.exempt += answer.is_exempt and counts
    area.open_high += holds_up and not answer.is_exempt
    area.weight += points if counts else 0
    if counts and (answer.is_exempt or answer.state == State.IN_PLACE):
        area.credit += points
    elif answer.state == State.PLANNED:
        area.credit += points // 2


def _say(answers: list[Answer], people: People, *, at: datetime) -> None:
    """Insert a thread of two comments on each of these answers."""
    threads = []
    for answer in answers:
        service = answer.assessment.service
        threads.append(
            Thread(
                subject_type="answer",
                subject_id=answer.pk,
                subject_name=f"{answer.item} of {service.name}",
                url=f"/services/{service.slug}/",
                service_id=service.pk,
                service_name=service.name,
                team_id=service.team_id,
                team_name=people.team(service.team_id or 0).name,
                count=2,
                last_by=people.specialists[0],
                last_at=at,
            )
        )
    Thread.objects.bulk_create(threads, BATCH)
    speakers = people.specialists[:2]
    comments = [
        Comment(thread=thread, author=speaker, text=words.SENTENCES[6], at=at)
        for thread in threads
        for speaker in speakers[::-1]
    ]
    Comment.objects.bulk_create(comments, BATCH)
