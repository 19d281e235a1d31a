"""What tests of checklists share."""

import pytest
from django.urls import reverse

from apps.readiness import transitions
from tests.factories import ActorFactory, ServiceFactory, member_of
from tests.factories.readiness import answer_of, readiness_of


@pytest.fixture
def assessment(db):
    return readiness_of()


@pytest.fixture
def member(assessment):
    return member_of(assessment.service.team, name="Ana Lind")


@pytest.fixture
def enablement(db):
    return ActorFactory(person__name="Maya Sund", person__is_enablement=True)


@pytest.fixture
def security(db):
    return ActorFactory(person__name="Priya Raman", person__is_security=True)


@pytest.fixture
def of_a_part(assessment):
    """Somebody of Developer Enablement and security whose own team runs a part of the product."""
    part = ServiceFactory(part_of=assessment.service)
    return member_of(part.team, is_enablement=True, is_security=True, is_architect=True)


@pytest.fixture
def save(assessment, member, now):
    """Save an answer as it stands on the member's screen: `save("REL-01", state="gap")`."""

    def saved(item, *, by=member, at=now, **values):
        answer = answer_of(assessment, item)
        values = {"revision": answer.revision, "state": answer.state, "text": answer.text} | values
        return transitions.save_answer(answer, by=by, at=at, **values)

    return saved


@pytest.fixture
def team(client, assessment, member):
    client.force_login(member.person)
    return member


@pytest.fixture
def reviewer(client, assessment, security):
    client.force_login(security.person)
    return security


@pytest.fixture
def url(assessment):
    """Return addresses of this checklist: url("save", "REL-01")."""

    def address(name, item=None, **more):
        slug = assessment.service.slug
        if item is None:
            return reverse(f"readiness:{name}", kwargs={"slug": slug, **more})
        pk = answer_of(assessment, item).pk
        return reverse(f"readiness:{name}", kwargs={"slug": slug, "pk": pk, **more})

    return address
