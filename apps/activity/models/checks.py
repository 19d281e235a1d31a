"""What was seen when the chain was followed."""

from django.db import models
from django.db.models import Q

from apps.activity.models.seals import BEFORE_ALL, HASH_LENGTH
from apps.core.querysets import LockableQuerySet

THE_ROW = 1


class ChainCheck(models.Model):
    """How far the chain was followed, and how it was found: one row. Write through transitions only.

    Two walks are kept: one over what is new, which goes on every night from where it ended, and the round
    over the whole, a share of it each night.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ROW)
    looked_at = models.DateTimeField()  # when somebody last followed some of it
    new_seq = models.PositiveBigIntegerField(default=0)  # the newest seal that held
    new_hash = models.CharField(max_length=HASH_LENGTH, default=BEFORE_ALL)
    round_seq = models.PositiveBigIntegerField(default=0)
    round_hash = models.CharField(max_length=HASH_LENGTH, default=BEFORE_ALL)
    share_at = models.DateTimeField()  # when the last night's share of the round was begun
    share_until = models.PositiveBigIntegerField(null=True)  # the seal at which it ends; none once it is done
    whole_at = models.DateTimeField(null=True)  # when all seals were last found to hold
    problem = models.TextField(default="")
    problem_at = models.DateTimeField(null=True)  # when it was found; only a look at the whole takes it away

    objects = LockableQuerySet["ChainCheck"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=THE_ROW), name="chain_check_is_one"),
            models.CheckConstraint(
                condition=Q(problem="", problem_at=None) | (~Q(problem="") & Q(problem_at__isnull=False)),
                name="chain_check_dates_its_problem",
            ),
        ]

    def __str__(self) -> str:
        return f"to seal {self.new_seq}: {self.problem or 'no break seen'}"
