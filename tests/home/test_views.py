from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from apps.activity.models import Audience, ChainCheck
from apps.activity.transitions import record
from apps.catalog.events import PhaseEntered
from apps.catalog.models import Dependency, Kind, Phase, Service
from apps.notifications.queries import kinds
from apps.readiness.models import Answer, Assessment
from apps.walkthroughs.models import FollowUp
from tests.factories import ServiceFactory, TeamFactory, UserFactory, lead_of
from tests.factories.readiness import readiness_of
from tests.factories.walkthroughs import held, sign, signing

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client):
    by = lead_of(ServiceFactory().team)
    client.force_login(by.person)
    return by


def services_of(lead, count, **fields):
    team = lead.person.lead_ids[0]
    return ServiceFactory.create_batch(count, team_id=team, summary__next_step="Look at it", **fields)


def test_my_work_greets_by_the_hour_of_the_person(client):
    person = UserFactory(name="Ana Lind", time_zone="Asia/Tokyo")
    client.force_login(person)

    html = client.get(reverse("home:my_work")).content.decode()

    hour = timezone.now().astimezone(timezone.zoneinfo.ZoneInfo("Asia/Tokyo")).hour
    words = "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
    assert f"<h1>{words}, Ana</h1>" in html
    assert "Nothing waits for you" in html


@pytest.mark.parametrize("count", [1, 9])
def test_my_work_costs_the_same_for_any_number(client, lead, django_assert_max_num_queries, count):
    services_of(lead, count, phase=Phase.READY)

    with django_assert_max_num_queries(12):
        html = client.get(reverse("home:my_work")).content.decode()

    assert html.count("Look at it") == count


def test_leadership_sees_vetoes_and_launches_and_nobody_else_does(client, lead):
    plain = client.get(reverse("home:my_work")).content.decode()
    client.force_login(UserFactory(is_leadership=True))
    chief = client.get(reverse("home:my_work")).content.decode()

    assert ("Standing vetoes" in plain, "Standing vetoes" in chief) == (False, True)


def test_only_administrators_are_shown_trouble(client, lead):
    plain = client.get(reverse("home:my_work")).content.decode()
    client.force_login(UserFactory(is_admin=True))
    admin = client.get(reverse("home:my_work")).content.decode()

    assert ("For administrators" in plain, "For administrators" in admin) == (False, True)


def test_a_break_of_the_history_is_no_quiet_day(client, django_assert_max_num_queries):
    client.force_login(UserFactory(is_admin=True))
    quiet = client.get(reverse("home:my_work")).content.decode()
    now = timezone.now()
    ChainCheck.objects.create(looked_at=now, share_at=now, problem="It broke.", problem_at=now)

    with django_assert_max_num_queries(12):
        broken = client.get(reverse("home:my_work")).content.decode()

    assert ("All quiet" in quiet, "1 needs a look" in broken) == (True, True)


@pytest.mark.parametrize(
    "phase", [Phase.PLAYGROUND, Phase.GREEN_LIGHT, Phase.READY, Phase.LIVE, Phase.ARCHIVED]
)
def test_the_overview_of_a_service_shows_its_phase_within_the_budget(
    client, lead, django_assert_max_num_queries, phase
):
    before = Phase.LIVE if phase == Phase.ARCHIVED else ""
    (service,) = services_of(lead, 1, phase=phase, phase_before=before)
    if phase == Phase.READY:
        readiness_of(service)

    with django_assert_max_num_queries(12):
        response = client.get(service.get_absolute_url())

    assert response.status_code == 200
    assert response.content.decode().count('aria-current="step"') == 1


def full_walkthrough(by, *, must_fix):
    """Return a held walkthrough with five signatures, older than three answers, of a product with all."""
    found = held("critical", team_id=by.person.lead_ids[0], kind=Kind.PRODUCT)
    ServiceFactory(name="Part one", part_of=found.service)
    needed = ServiceFactory(name="Label Store", phase=Phase.LIVE)
    Dependency.objects.create(service=found.service, target=needed, strength="hard")
    for seat in signing(found):
        sign(seat)
    answers = Answer.objects.filter(assessment=found.assessment)
    answers.filter(pk__in=list(answers.values_list("pk", flat=True)[:3])).update(state="gap")
    Assessment.objects.filter(pk=found.assessment_id).update(content_version=99)
    if must_fix:
        FollowUp.objects.create(
            walkthrough=found,
            number=1,
            text="Move it",
            owner=by.person,
            due_on=timezone.localdate(),
            must_fix=True,
            made_at=timezone.now(),
        )
    return found


@pytest.mark.parametrize("must_fix", [False, True])
def test_the_overview_of_a_service_at_its_fullest_is_within_the_budget(
    client, lead, django_assert_max_num_queries, must_fix
):
    found = full_walkthrough(lead, must_fix=must_fix)

    with django_assert_max_num_queries(12):
        html = client.get(found.service.get_absolute_url()).content.decode()

    assert "answers changed since" in html
    assert ("Open: F-1" in html) == must_fix
    assert "Part one" in html
    assert '>Label Store</a> <span class="meta">hard, live</span>' in html
    assert f"{lead.person.name}</a>, lead" in html


def test_whoever_reviews_reads_the_fullest_overview_within_the_budget(
    client, lead, django_assert_max_num_queries
):
    found = full_walkthrough(lead, must_fix=True)
    part = Service.objects.get(part_of=found.service)
    noor, maya = (UserFactory(is_enablement=True, team_ids=[pk]) for pk in (TeamFactory().pk, part.team_id))

    offers = []
    for person in (noor, maya):
        client.force_login(person)
        with django_assert_max_num_queries(12):
            offers.append(
                "Override the risk" in client.get(found.service.get_absolute_url()).content.decode()
            )

    assert offers == [True, False]


@pytest.mark.django_db(transaction=True)
def test_what_changed_since_a_signature_is_compared_once(client, django_assert_max_num_queries):
    by = lead_of(ServiceFactory().team)
    client.force_login(by.person)
    found = full_walkthrough(by, must_fix=False)
    client.get(found.service.get_absolute_url())

    with django_assert_max_num_queries(10):
        again = client.get(found.service.get_absolute_url()).content.decode()
    Answer.objects.filter(assessment=found.assessment).update(state="in_place")
    Assessment.objects.filter(pk=found.assessment_id).update(content_version=100)
    after = client.get(found.service.get_absolute_url()).content.decode()

    assert ("answers changed since" in again, "answers changed since" in after) == (True, False)


def test_a_name_of_200_letters_fits(client, lead):
    (service,) = services_of(lead, 1, name="x" * 200, slug="x" * 60)

    html = client.get(service.get_absolute_url()).content.decode()

    assert f"<h1>{'x' * 200}</h1>" in html


def test_markup_in_names_and_purposes_is_shown_as_text(client, lead):
    (service,) = services_of(
        lead, 1, name="<script>alert(1)</script>", purpose="<img src=x onerror=alert(1)>"
    )

    html = client.get(service.get_absolute_url()).content.decode()

    assert "<script>alert" not in html
    assert "<img" not in html


@pytest.mark.parametrize("count", [1, 60])
def test_history_is_paged_by_key(client, lead, django_assert_max_num_queries, count):
    (service,) = services_of(lead, 1)
    for _ in range(count):
        moved = PhaseEntered(before="playground", after="green-light", reason="")
        record(moved, by=lead, at=timezone.now(), subject=service.subject)

    with django_assert_max_num_queries(5):
        html = client.get(reverse("home:history", args=[service.slug])).content.decode()

    assert (html.count("moved"), "earlier</a>" in html) == (min(count, 50), count > 50)


def test_history_keeps_what_is_for_security_people(client, lead):
    (service,) = services_of(lead, 1, name="Ledger")
    secret = PhaseEntered(before="playground", after="the secret place", reason="")
    subject = service.subject.__class__(**{**vars(service.subject), "audience": Audience.SECURITY})
    record(secret, by=lead, at=timezone.now(), subject=subject)

    html = client.get(reverse("home:history", args=[service.slug])).content.decode()

    assert "the secret place" not in html


@pytest.mark.parametrize("key", ["9" * 40, "-1", "x", "\0"])
def test_a_broken_page_key_shows_the_first_page(client, lead, key):
    (service,) = services_of(lead, 1)

    assert client.get(reverse("home:history", args=[service.slug]), {"before": key}).status_code == 200


@pytest.mark.parametrize(
    "topic", ["first-steps", "phases", "checklist", "walkthrough", "reminders", "keyboard"]
)
def test_every_page_of_the_help_opens(client, lead, topic):
    html = client.get(reverse("home:help_topic", args=[topic])).content.decode()

    assert "<h1>" in html.partition('class="prose"')[2]


def test_the_help_lists_every_reminder_and_notice_from_the_code(client, lead, django_assert_num_queries):
    with django_assert_num_queries(2):  # session, person
        html = client.get(reverse("home:help_topic", args=["reminders"])).content.decode()

    for kind in kinds().values():
        assert escape(kind.title) in html
        assert escape(kind.when[:1].upper() + kind.when[1:]) in html
    assert "28, 14, 7, 3 and 1 days before" in html
    assert "Mon 9 March: walkthrough of Parcel Tracking" in html


def test_a_page_of_the_help_that_does_not_exist_is_not_found(client, lead):
    assert client.get("/help/etc-passwd/").status_code == 404


def test_a_stranger_sees_the_sign_in_and_nothing_else(client):
    service = ServiceFactory()

    for address in ("/", service.get_absolute_url(), "/help/", "/teams/", "/walkthroughs/"):
        response = client.get(address)
        assert (response.status_code, response.url.partition("?")[0]) == (302, "/accounts/login/")


def test_a_service_that_does_not_exist_is_not_found(client, lead):
    assert client.get("/services/nothing-here/").status_code == 404


def test_dates_that_lie_far_away_are_written_out(client, lead):
    next_on = timezone.localdate() + timedelta(days=400)
    service = ServiceFactory(summary__next_step="Look", summary__next_on=next_on)

    html = client.get(service.get_absolute_url()).content.decode()

    assert f"{next_on:%-d %b %Y}" in html
