import pytest
from django.urls import reverse

from apps.activity.models import Audience
from apps.jobs.models import Job, State
from tests.factories import UserFactory
from tests.subjects import subject

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def look(client, ada):
    """Read the page of a job, as Ada."""
    client.force_login(ada, backend="apps.accounts.http.PersonBackend")
    return lambda job, **options: client.get(job.get_absolute_url(), **options)


def text(response):
    return response.content.decode()


def test_a_page_watches_a_job_that_waits(look, ask):
    job = ask()

    html = text(look(job))

    assert f'hx-get="{job.get_absolute_url()}?seen=queued-0-0-0"' in html
    assert "<noscript>" in html


def test_nothing_is_sent_while_nothing_changed(look, ask):
    job = ask()

    response = look(job, data={"seen": job.mark}, headers=HTMX)

    assert (response.status_code, response.content) == (204, b"")


def test_progress_is_sent_as_a_part(look, ask, now):
    job = ask()
    Job.objects.update(state=State.RUNNING, lease="0" * 32, lease_until=now, done=3, total=12)

    response = look(job, data={"seen": job.mark}, headers=HTMX)

    assert response.status_code == 200
    assert text(response).strip().startswith('<div class="job fields"')
    assert ("3 of 12" in text(response), 'value="3"' in text(response)) == (True, True)


def test_a_page_stops_watching_what_is_over(look, ask, now):
    job = ask()
    mark = job.mark
    Job.objects.update(state=State.DONE, finished_at=now)

    response = look(job, data={"seen": mark}, headers=HTMX)

    assert (response.status_code, "hx-get" in text(response)) == (286, False)
    assert "See the result" in text(response)
    assert "See the result" in text(look(job))


@pytest.mark.parametrize(("person", "is_offered"), [("asker", True), ("other", False)])
def test_a_failed_job_says_why_and_offers_to_try_again(client, look, ask, now, person, is_offered):
    job = ask()
    Job.objects.update(state=State.FAILED, problem="<b>No paper.", finished_at=now)
    if person == "other":
        client.force_login(UserFactory(), backend="apps.accounts.http.PersonBackend")

    html = text(look(job) if person == "asker" else client.get(job.get_absolute_url()))

    assert "&lt;b&gt;No paper." in html
    assert ("Try again" in html) is is_offered


def test_a_job_of_another_audience_is_not_found(look, ask):
    assert look(ask(subject=subject(audience=Audience.SECURITY))).status_code == 404


def test_trying_again_goes_back_to_the_page(look, client, ask, now):
    job = ask()
    Job.objects.update(state=State.FAILED, problem="No paper.", finished_at=now)
    look(job)

    response = client.post(reverse("jobs:retry", args=[job.pk]))

    assert response.url == job.get_absolute_url()
    assert Job.objects.get().state == State.QUEUED


def test_a_failed_job_says_what_was_kept_and_that_trying_again_is_safe(look, ask, now, settings):
    words = {"name": "Paper", "kept": "The trees stand.", "again": "it prints anew."}
    settings.JOB_WORDS = {"tests.print_paper": words}
    job = ask()
    Job.objects.update(state=State.FAILED, problem="No paper.", finished_at=now, attempts=3)

    html = text(look(job))

    assert "3 attempts" in html
    assert ("The trees stand." in html, "Trying again is safe: it prints anew." in html) == (True, True)


def test_whoever_waits_may_leave(look, ask):
    assert "You may leave this page" in text(look(ask()))


@pytest.mark.parametrize("may_see", [True, False])
def test_the_result_is_offered_to_whom_it_opens(look, ask, now, settings, may_see):
    settings.JOB_READERS = {"tests.print_paper": f"{__name__}.{'everybody' if may_see else 'nobody'}"}
    job = ask()
    Job.objects.update(state=State.DONE, finished_at=now)

    html = text(look(job))

    assert (f'href="{job.url}"' in html) is may_see


def everybody(_by):
    return True


def nobody(_by):
    return False
