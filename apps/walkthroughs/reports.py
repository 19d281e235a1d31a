"""The printed report of a walkthrough: what it shows, as plain values, and the PDF of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from apps.accounts.models import Actor
from apps.activity.models import Audience
from apps.activity.queries import timeline
from apps.catalog.queries import leads_of
from apps.catalog.rules import risk
from apps.core import pdf
from apps.jobs.models import Job
from apps.jobs.transitions import Progress
from apps.readiness.models import State as Answered
from apps.readiness.queries import sheet
from apps.readiness.rules import AreaSheet, Item
from apps.walkthroughs import queries, transitions
from apps.walkthroughs.models import FollowUp, Seat, SignOff, Veto, Walkthrough
from apps.walkthroughs.queries import AreaView, Page
from apps.walkthroughs.rules import Content, Signature, canonical, digest, local, when_in_words

TEMPLATE: Final = "pdf/walkthrough.html"
BAR: Final = 30.0  # mm, the width of a whole bar
LONG_NAME: Final = 40  # characters; a longer one is set smaller on the cover
LONG_TEXT: Final = 1200  # characters; a longer answer may run over the page's end
STEPS: Final = 2  # laid out, kept
SHAPES: Final = {"strong": "● strong", "adequate": "◐ adequate", "weak": "○ weak", "": "not given"}
STATES: Final = {  # the word and its tone
    Answered.IN_PLACE: ("● in place", "strong"),
    Answered.PLANNED: ("◐ planned", "adequate"),
    Answered.GAP: ("○ gap", "weak"),
    Answered.OPEN: ("○ open", "weak"),
    Answered.NOT_APPLICABLE: ("not applicable", "meta"),
}
DECISIONS: Final = {  # of the whole walkthrough
    "approved": ("Approved", "strong"),
    "conditions": ("Approved with conditions", "strong"),
    "objections": ("Objections stand", "weak"),
    "veto": ("Vetoed", "weak"),
}
SIGNATURES: Final = {  # of one seat
    "approve": ("approve", "strong"),
    "conditions": ("approve with conditions", "adequate"),
    "object": ("object", "weak"),
    "veto": ("veto", "weak"),
}
LIFTED: Final = ("◐ veto, lifted", "adequate")  # it stands as conditions


@dataclass(frozen=True)
class Printed:
    """A finished report: the file, its number of pages and the content that it shows."""

    document: bytes
    pages: int
    content: Content


def render(walkthrough: Walkthrough, *, at: datetime) -> Printed:
    """Return the report as a PDF with its content attached as JSON. About fifteen queries, no write."""
    content = queries.content(walkthrough)
    document, pages = pdf.render_pdf(
        TEMPLATE,
        context(walkthrough, content, at=at),
        attachments={"assessment.json": canonical(content).encode()},
    )
    return Printed(document, pages, content)


def print_report(job: Job, *, progress: Progress, by: Actor, at: datetime) -> dict[str, int]:
    """Print what a job asks for, outside any transaction, and keep it; the worker calls this."""
    progress(0, STEPS)
    walkthrough = queries.walkthrough(job.payload["walkthrough"])
    printed = render(walkthrough, at=at)
    progress(1, STEPS)
    report = transitions.keep_report(
        walkthrough,
        job=job,
        document=printed.document,
        pages=printed.pages,
        content=printed.content,
        by=by,
        at=at,
    )
    return {"report": report.pk, "pages": report.pages}


def context(walkthrough: Walkthrough, content: Content, *, at: datetime) -> dict[str, Any]:
    """Return everything that the report shows, all read from the database."""
    page = queries.page(walkthrough.pk, by=Actor.system("walkthroughs.report"), now=at)
    service = walkthrough.service
    short = digest(content)
    return {
        "service": {
            "name": service.name,
            "purpose": service.purpose,
            "team": service.team.name if service.team else "",
            "is_long": len(service.name) > LONG_NAME,
        },
        "made_at": at,
        "running_head": _running_head(walkthrough),
        "snapshot": {"short": f"{short[:4]} {short[4:8]}", "spaced": _in_fours(short[:16])},
        "decision": _decision(page),
        "facts": _facts(walkthrough),
        "areas": _areas(page, content),
        "sign_offs": [_sign_off(one, walkthrough) for one in page.signatures],
        "notes_of_signers": _notes(page),
        "vetoes": [_veto(one.veto, walkthrough) for one in page.sign_offs if hasattr(one, "veto")],
        "follow_ups": [_follow_up(one, today=at.date()) for one, _may_finish in page.follow_ups],
        "launch": _launch(walkthrough),
        "minutes": walkthrough.notes,
        "panel": [_seat(seat) for seat in page.seats],
        "history": _history(walkthrough),
    }


def _running_head(walkthrough: Walkthrough) -> str:
    starts_at = local(walkthrough)
    return f"Technical walkthrough, {starts_at:%-d %B %Y}" if starts_at else "Technical walkthrough"


def _facts(walkthrough: Walkthrough) -> list[tuple[str, str]]:
    """Return the lines at the foot of the cover; what nobody said is left out."""
    service = walkthrough.service
    leads = ", ".join(person.name for person in leads_of(service.team_id)) if service.team_id else ""
    owned = [
        service.team.name if service.team else "nobody at present",
        f"lead {leads}" if leads else "",
        f"advisor {service.advisor.name}" if service.advisor else "",
    ]
    edition = sheet(walkthrough.assessment.edition)
    lines = [
        ("Walkthrough", when_in_words(walkthrough)),
        ("Owned by", "; ".join(part for part in owned if part)),
        ("Risk", _risk(walkthrough)),
        ("Launch wanted", f"{service.launch_on:%-d %B %Y}" if service.launch_on else ""),
        ("Checklist", f"{edition.title}, edition {edition.number}"),
    ]
    return [(label, value) for label, value in lines if value]


def _risk(walkthrough: Walkthrough) -> str:
    """Say the frozen risk with its parts, or the present one while nothing is frozen."""
    if walkthrough.risk_level:
        parts = walkthrough.risk_parts
        level = walkthrough.get_risk_level_display().lower()
    else:
        found = risk(walkthrough.service)
        parts = [{"label": part.label, "points": part.points} for part in found.parts]
        level = found.level.label.lower()
    counted = [part["label"].lower() for part in parts if part["points"]]
    points = sum(part["points"] for part in parts)
    why = f": {', '.join(counted)}" if counted else ""
    return f"{level}, {points} point{'' if points == 1 else 's'}{why}"


def _decision(page: Page) -> dict[str, str]:
    walkthrough = page.walkthrough
    signed = sum(one.sign_off is not None for one in page.signatures)
    seats = len(page.signatures)
    must_fix = sum(one.must_fix and one.done_at is None for one, _may_finish in page.follow_ups)
    line = f"{signed} of {seats} seat{'' if seats == 1 else 's'} signed."
    if page.unsettled:
        line += f" Since then something changed: {page.unsettled}."
    if must_fix:
        line += f" {must_fix} follow-up{'' if must_fix == 1 else 's'} must be done before the launch."
    if walkthrough.decision:
        label, tone = DECISIONS[walkthrough.decision]
        tone = "adequate" if page.unsettled and tone == "strong" else tone
    else:
        label, tone = f"Not decided yet: {walkthrough.get_state_display().lower()}", "adequate"
    return {"label": label, "tone": tone, "line": line}


def _areas(page: Page, content: Content) -> list[dict[str, Any]]:
    """Return the ten areas with the items of the content, in the order of the edition."""
    seen = {view.key: view for view in page.areas}
    return [
        _area(area, seen[area.key], content)
        for area in sheet(page.walkthrough.assessment.edition).areas
        if area.key in seen
    ]


def _area(area: AreaSheet, view: AreaView, content: Content) -> dict[str, Any]:
    items = [_item(item, content["items"][item.key]) for item in area.items if item.key in content["items"]]
    verdict = max((one.value for one in view.said), key=list(SHAPES).index, default="")
    noted = next((one.note for one in view.said if one.note), "")
    return {
        "title": area.title,
        "summary": area.summary,
        "answered": view.answered,
        "applicable": view.applicable,
        "parts": _bar([item["kind"] for item in items]),
        "verdict": SHAPES[verdict],
        "tone": verdict or "meta",
        "line": noted.partition("\n")[0][:110],
        "verdicts": [
            {"label": SHAPES[one.value], "tone": one.value, "person": one.reviewer, "note": one.note}
            for one in view.said
        ],
        "items": items,
    }


def _bar(kinds: list[str]) -> list[dict[str, Any]]:
    """Return the segments of an area's bar, in millimetres of BAR; what is open stays ground."""
    counts = Counter(kinds)
    order = [Answered.IN_PLACE, "exempt_bar", Answered.PLANNED, Answered.GAP, Answered.NOT_APPLICABLE]
    return [
        {"state": str(kind), "width": f"{BAR * counts[kind] / len(kinds):.2f}"}
        for kind in order
        if counts[kind]
    ]


def _item(item: Item, said: Content) -> dict[str, Any]:
    exemption = said["exemption"]
    word, tone = ("exemption", "exempt") if exemption else STATES[said["state"]]
    due_on = date.fromisoformat(said["due_on"]) if said["due_on"] else None
    detail = [said["owner"], f"by {due_on:%-d %B %Y}" if due_on else ""]
    text = said["text"] or said["reason"]
    return {
        "code": item.key,
        "weight": item.weight.capitalize(),
        "kind": "exempt_bar" if exemption else said["state"],
        "state": word,
        "tone": tone,
        "question": item.question,
        "text": text,
        "is_short": len(text) < LONG_TEXT,
        "exemption": _exemption(exemption),
        "evidence": said["evidence"],
        "detail": " · ".join(part for part in detail if part),
    }


def _exemption(exemption: Content | None) -> str:
    if not exemption:
        return ""
    until = date.fromisoformat(exemption["ends_on"])
    by = exemption["approved_by"]
    said = f"{exemption['reason']} Meanwhile: {exemption['measure']}"
    return f"Exemption until {until:%-d %B %Y}, approved by {by}: {said}"


def _sign_off(signature: Signature, walkthrough: Walkthrough) -> dict[str, str]:
    seat, given = signature.seat, signature.sign_off
    row = {"seat": seat.get_capacity_display(), "person": seat.person.name}
    if given is None:
        return row | {"decision": "not signed yet", "tone": "meta", "detail": ""}
    is_lifted = given.decision == SignOff.Decision.VETO and signature.stands_as != given.decision
    word, tone = LIFTED if is_lifted else SIGNATURES[given.decision]
    signed, changed = _moment(given.signed_at, walkthrough), signature.changes_in_words
    return row | {"decision": word, "tone": tone, "detail": f"{signed}. {changed}" if changed else signed}


def _notes(page: Page) -> list[dict[str, str]]:
    given = [one.sign_off for one in page.signatures if one.sign_off is not None]
    return [{"person": one.seat.person.name, "note": one.note} for one in given if one.note]


def _veto(veto: Veto, walkthrough: Walkthrough) -> dict[str, str]:
    if veto.lifted_at and veto.lifted_by:
        state, tone = "lifted", "strong"
        end = f"Lifted on {_moment(veto.lifted_at, walkthrough)} by {veto.lifted_by.name}: {veto.lift_reason}"
    else:
        state, tone = "stands", "weak"
        end = f"To be looked at again on {veto.review_on:%-d %B %Y}."
    about = f"Items: {', '.join(veto.items)}. " if veto.items else ""
    return {
        "capacity": veto.get_capacity_display(),
        "author": veto.author.name,
        "state": state,
        "tone": tone,
        "made_at": _moment(veto.made_at, walkthrough),
        "reason": veto.reason,
        "lifted_by_what": veto.lifted_by_what,
        "detail": about + end,
    }


def _follow_up(one: FollowUp, *, today: date) -> dict[str, Any]:
    if one.done_at:
        due = f"done on {one.done_at:%-d %b %Y}"
    else:
        due = f"{one.due_on:%-d %b %Y}{', overdue' if one.due_on < today else ''}"
    return {
        "number": str(one),
        "text": f"{one.item}: {one.text}" if one.item else one.text,
        "must_fix": one.must_fix and not one.done_at,
        "owner": one.owner.name,
        "due": due,
    }


def _launch(walkthrough: Walkthrough) -> dict[str, Any] | None:
    launch = queries.latest_launch(walkthrough.service)
    if launch is None or launch.walkthrough_id != walkthrough.pk:
        return None
    launched = f"Launched on {_moment(launch.at, walkthrough)} by {launch.by.name}."
    return {
        "line": f"{launched} Look-back on {launch.look_back_on:%-d %B %Y}.",
        "over": launch.over,
        "reason": launch.reason,
    }


def _seat(seat: Seat) -> dict[str, str]:
    detail = "" if seat.is_required else "not required"
    return {
        "seat": seat.get_capacity_display(),
        "person": seat.person.name,
        "reply": seat.get_reply_display(),
        "detail": detail,
    }


def _history(walkthrough: Walkthrough) -> list[dict[str, str]]:
    """Return all that happened to it, oldest first; only what everyone may read goes into a file."""
    found = timeline(walkthrough.subject, audiences=[Audience.EVERYONE], limit=None)
    return [{"sentence": one.sentence, "when": _moment(one.at, walkthrough)} for one in reversed(found)]


def _moment(moment: datetime, walkthrough: Walkthrough) -> str:
    """Write a moment in the meeting's own zone."""
    return f"{moment.astimezone(ZoneInfo(walkthrough.time_zone)):%-d %b %Y, %H:%M}"


def _in_fours(digits: str) -> str:
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
