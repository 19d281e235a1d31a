"""One small company in which every route leads somewhere, and one word that few people may read."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.utils import timezone

from apps.accounts.models import Actor
from apps.activity.models import Audience, Subject
from apps.activity.transitions import record
from apps.catalog.models import Phase
from apps.comments.events import Said
from apps.comments.transitions import say
from apps.jobs.models import Job
from apps.notifications.models import Delivery, Notice
from apps.notifications.rules import Wish, unsubscribe_url
from apps.readiness import transitions as readiness
from apps.readiness.models import Answer
from apps.walkthroughs import queries, rules
from apps.walkthroughs import transitions as walkthroughs
from apps.walkthroughs.models import Capacity, Report, Walkthrough
from apps.walkthroughs.reports import render
from tests.api.asking import token_for
from tests.factories import ServiceFactory, TeamFactory, UserFactory, answer_of, lead_of, member_of
from tests.factories.readiness import conversation_of, publish_editions
from tests.factories.walkthroughs import LEVELS, answer_all, holder, seat_as, sign
from tests.roles import measuring
from tests.roles.goals import negotiated
from tests.roles.okr_files import file_names
from tests.roles.okr_quarter import quarter_names
from tests.roles.okr_strategy import strategy_names
from tests.roles.printing import printed

MARKER = "Zaubernuss"  # in rows of the security audience, and nowhere else
COLUMNS = {
    "nobody": "not signed in",
    "signed": "signed in, in no team",
    "member": "member of the owning team",
    "lead": "lead of the owning team",
    "seat": "peer seat on the panel",
    "enablm": "Developer Enablement",
    "archit": "architect",
    "secur": "security engineer",
    "leader": "leadership",
    "admin": "administrator",
    "never": "lead of the owning team, and enablement, architect and security at once",
}


class World:
    """Services of one team in every state, and one person for each column of the table."""

    def __init__(self):
        publish_editions()
        self.now = timezone.now()
        self.team = TeamFactory(name="Owners", slug="owners")
        self.lead = lead_of(self.team)
        self.people = {
            "signed": UserFactory(),
            "member": member_of(self.team).person,
            "lead": self.lead.person,
            "seat": UserFactory(reviews=True),
            "enablm": UserFactory(is_enablement=True),
            "archit": UserFactory(is_architect=True),
            "secur": UserFactory(is_security=True),
            "leader": UserFactory(is_leadership=True),
            "admin": UserFactory(is_admin=True),
            "never": lead_of(self.team, is_enablement=True, is_architect=True, is_security=True).person,
        }
        self.newcomer = UserFactory(name="Newcomer", email="new@example.org", joined_at=None, reviews=True)
        Authenticator.objects.create(user=self.newcomer, type=Authenticator.Type.TOTP, data={})
        self.panel = [
            UserFactory(is_architect=True),
            UserFactory(is_security=True),
            UserFactory(is_enablement=True),
        ]
        self.names = self._named()
        self._hide()

    def _named(self):
        """Return what the addresses of the table call things."""
        names = {"team": "owners", "newcomer": self.newcomer.pk, "member": self.people["member"].pk}
        names |= {"playground": self._service(phase=Phase.PLAYGROUND).slug}
        names |= {"orphan": ServiceFactory(team=None, phase=Phase.PLAYGROUND).slug}
        archived = self._service(phase=Phase.ARCHIVED, phase_before=Phase.PLAYGROUND)
        names |= {"archived": archived.slug}
        talking = conversation_of(self._service(phase=Phase.PLAYGROUND))
        names |= {"talking": talking.service.slug, "question": answer_of(talking, "GL-01").pk}
        for state in ("planned", "scheduled", "meeting", "held", "decided"):
            walkthrough = self._walkthrough(state)
            names |= {state: walkthrough.pk, f"{state}_service": walkthrough.service.slug}
            if state == "meeting":
                names |= self._meeting(walkthrough)
            if state == "held":
                names |= self._held(walkthrough)
            if state == "scheduled":
                names |= {"seat": seat_as(walkthrough, "peer").pk}
                names |= {"link": rules.reply_url(seat_as(walkthrough, "peer"), walkthrough).split("/")[-2]}
        names |= self._checklist(names) | self._work()
        names |= quarter_names(self.team, today=self.now.date())
        names |= file_names(names, now=self.now)
        names |= strategy_names(self.team, names, owner=self.lead.person, now=self.now)
        return names | negotiated(self) | measuring.named(self)

    def _service(self, **fields):
        return ServiceFactory(team=self.team, **(LEVELS["high"] | fields))

    def _walkthrough(self, state):
        service = self._service()
        assessment = readiness.open_readiness(service, by=Actor.system("tests"), at=self.now)
        found = Walkthrough.objects.create(
            service=service, assessment=assessment, planned_on=self.now.date() + timedelta(days=28)
        )
        steps = {"planned": 0, "scheduled": 1, "meeting": 2, "held": 3, "decided": 4}[state]
        if steps > 0:
            roles = (Capacity.ARCHITECT, Capacity.SECURITY, Capacity.ENABLEMENT)
            seats = [rules.Place(role, person) for role, person in zip(roles, self.panel, strict=True)]
            seats += [rules.Place(Capacity.PEER, self.people["seat"])]
            seats += [rules.Place(Capacity.PRESENTER, self.lead.person)]
            found = walkthroughs.schedule(
                found,
                starts_at=self.now + timedelta(days=9),
                minutes=80,
                time_zone="Europe/Stockholm",
                place="Room 4",
                panel=seats,
                by=self.lead,
                at=self.now,
            )
        if steps > 1:
            found = walkthroughs.begin(found, by=self.lead, at=self.now)
        if steps > 2:
            answer_all(found)
            found = walkthroughs.hold(found, by=self.lead, at=self.now)
        if steps > 3:
            for capacity in ("architect", "security", "enablement", "peer"):
                sign(seat_as(found, capacity), at=self.now)
        return found

    def _meeting(self, walkthrough):
        area = walkthrough.assessment.areas.get(key="REL")
        follow_up = walkthroughs.add_follow_up(
            walkthrough,
            text="Write it down",
            owner=self.people["member"],
            due_on=self.now.date(),
            by=self.lead,
            at=self.now,
        )
        return {"area": area.pk, "follow_up": follow_up.pk}

    def _held(self, walkthrough):
        terms = rules.VetoTerms(
            items=["SEC-02"],
            lifted_by_what="The store moves.",
            review_on=(self.now + timedelta(days=14)).date(),
        )
        seat = seat_as(walkthrough, "security")
        vetoed = walkthroughs.sign_off(
            seat, decision="veto", note="Addresses leave.", terms=terms, by=holder(seat), at=self.now
        )
        job = self._job("report", Audience.EVERYONE, state="done", finished_at=self.now)
        snapshot = walkthroughs.snapshot(walkthrough, by=self.lead, at=self.now)
        hidden = replace(walkthrough.subject, name=MARKER, audience=Audience.SECURITY)
        record(Said(1), by=self.lead, at=self.now, subject=hidden)
        fresh = queries.walkthrough(walkthrough.pk)
        file = printed("report", lambda: render(fresh, at=self.now).document)
        Report.objects.create(
            walkthrough=walkthrough, job=job, snapshot=snapshot, file=file, pages=1, made_at=self.now
        )
        return {"veto": vetoed.row.veto.pk}

    def _checklist(self, names):
        rows = Answer.objects.filter(assessment__service__slug=names["planned_service"])
        plain, asked = rows.get(item="REL-03"), rows.get(item="REL-04")
        rows.filter(item="REL-01").update(text="Taken over", is_inherited=True)
        rows.filter(item__in=["REL-03", "REL-04", "SEC-02"]).update(state="gap", text="Not yet")
        wish = {"reason": "Later", "measure": "A copy", "ends_on": (self.now + timedelta(days=60)).date()}
        exemption = readiness.ask_exemption(asked, by=self.lead, at=self.now, **wish)
        safe = rows.get(item="SEC-02")
        security = readiness.ask_exemption(safe, by=self.lead, at=self.now, **wish)
        link = readiness.add_evidence(
            plain, title="Proof", url="https://example.org", by=self.lead, at=self.now
        )
        return {
            "answer": plain.pk,
            "inherited": rows.get(item="REL-01").pk,
            "asked": asked.pk,
            "wish": exemption.pk,
            "secret_asked": safe.pk,
            "secret_wish": security.pk,
            "proof": link.pk,
        }

    def _work(self):
        failed = self._job(
            "failed", Audience.EVERYONE, state="failed", problem="Broken", finished_at=self.now
        )
        hidden = self._job(MARKER, Audience.SECURITY)
        imported = self._job("import", Audience.EVERYONE, kind="catalog.import", subject_type="import")
        delivery = Delivery.objects.create(
            recipient=self.lead.person, made_at=self.now, due_at=self.now, state="stopped", problem="Refused"
        )
        return {
            "job": failed.pk,
            "hidden_job": hidden.pk,
            "import": imported.subject_id,
            "letter": delivery.pk,
            "event": record(Said(1), by=self.lead, at=self.now, subject=self.lead.person.subject).pk,
        }

    def _job(self, title, audience, **fields):
        values = {"kind": "walkthroughs.report", "subject_type": "service", "state": "queued"} | fields
        return Job.objects.create(
            title=title,
            subject_id=Job.objects.count() + 1,
            audience=audience,
            due_at=self.now,
            asked_at=self.now,
            asked_by=self.lead.person,
            **values,
        )

    def _hide(self):
        """Put the word where only people of the security audience may find it: history, talk and inboxes."""
        service = self._service(phase=Phase.PLAYGROUND, slug="watched")
        self.names["watched"] = service.slug
        for about in (service, service.team):
            subject = Subject(
                type=about.subject.type,
                id=about.pk,
                name=MARKER,
                service_id=about.subject.service_id,
                team_id=self.team.pk,
                audience=Audience.SECURITY,
            )
            record(Said(1), by=self.lead, at=self.now, subject=subject)
        for item in ("SEC-01", "REL-02"):
            answer = Answer.objects.get(assessment__service__slug=self.names["planned_service"], item=item)
            about = replace(answer.subject, audience=Audience.SECURITY)
            say(about, text=MARKER, by=self.lead, at=self.now)
        for name, person in self.people.items():
            for title, audience in ((f"For {name}", Audience.EVERYONE), (MARKER, Audience.SECURITY)):
                notice = Notice.objects.create(
                    recipient=person, key=title, title=title, audience=audience, at=self.now, told_in=uuid4()
                )
                kind = "notice" if audience == Audience.EVERYONE else "hidden_notice"
                self.names[f"{kind}:{name}"] = notice.pk

    def _fewer(self):
        """Return the signed part of a mail's link: whoever has it may choose for the lead."""
        wish = Wish(self.lead.person_id, "walkthroughs/unsigned")
        return unsubscribe_url(wish, today=self.now.date()).split("/")[-2]

    def names_for(self, column):
        """Return the names as one person's addresses use them: notices and tokens are their own."""
        own = {kind: self.names.get(f"{kind}:{column}", 0) for kind in ("notice", "hidden_notice")}
        person = self.people.get(column)
        token = token_for(person)[1].pk if person else 0
        own |= {"me": person.pk if person else self.newcomer.pk, "fewer": self._fewer()}
        return self.names | own | {"token": token, "foreign_token": token_for(self.newcomer)[1].pk}
