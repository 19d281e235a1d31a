import pytest

from apps.jobs.models import Job, State
from apps.jobs.tasks import run
from tests.subjects import subject

pytestmark = pytest.mark.django_db


def test_run_does_one_job_and_wakes_the_next_worker(ask, django_capture_on_commit_callbacks):
    ask()
    ask(subject=subject(8))

    with django_capture_on_commit_callbacks() as wake_ups:
        run()
        run()
        run()

    assert set(Job.objects.values_list("state", flat=True)) == {State.DONE}
    assert len(wake_ups) == 2
