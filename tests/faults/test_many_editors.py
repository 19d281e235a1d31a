"""Many people write into the same area of the ten-area list at once; the web server has several workers."""

from django.core.management import call_command

from apps.accounts.models import Actor
from apps.catalog.models import Phase
from apps.readiness.models import Answer
from apps.readiness.transitions import open_readiness
from bench.editors import Editor, addresses, lost, write_all
from tests.factories import ServiceFactory, member_of
from tests.faults.machinery import size


def test_every_word_that_was_promised_is_there(portal, report, now):
    call_command("publish_editions", verbosity=0)
    service = ServiceFactory(phase=Phase.READY)
    checklist = open_readiness(service, by=Actor.system("tests"), at=now)
    answers = Answer.objects.filter(assessment=checklist, area="REL", applies=True)
    people = [member_of(service.team).person for _ in range(size(8, 50))]
    items = addresses(answers.select_related("assessment__service"))
    area = f"{service.get_absolute_url()}readiness/rel/"
    portal.start_web()

    editors = [
        Editor(f"editor{person.pk}", portal.cookies_of(person), portal.port, area, items) for person in people
    ]
    tally = write_all(editors, words=size(5, 20))

    assert tally.errors == []
    assert len(tally.promised) == len(people) * size(5, 20)
    assert lost(tally, answers) == []
    report(f"{len(people)} people write into {len(items)} answers at once", f"{tally}, none lost")
