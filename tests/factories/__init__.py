"""One factory for each model; defaults are valid and dull. Each app has its file."""

from tests.factories.accounts import PASSWORD, ActorFactory, UserFactory
from tests.factories.catalog import ServiceFactory, SummaryFactory, TeamFactory, lead_of, member_of
from tests.factories.readiness import answer_of, area_of, conversation_of, publish_editions, readiness_of

__all__ = [
    "PASSWORD",
    "ActorFactory",
    "ServiceFactory",
    "SummaryFactory",
    "TeamFactory",
    "UserFactory",
    "answer_of",
    "area_of",
    "conversation_of",
    "lead_of",
    "member_of",
    "publish_editions",
    "readiness_of",
]
