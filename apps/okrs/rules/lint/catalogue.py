"""What each rule of the lint is for, with a weak and a strong example; the help page is made of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """What a remark can stop."""

    WARN = "warn"  # nothing
    BLOCK = "block"  # the start of the quarter, unless somebody takes it over with a reason
    REFUSE = "refuse"  # saving


@dataclass(frozen=True)
class Rule:
    """One rule; a remark carries its code, and may carry a milder level."""

    code: str
    title: str
    level: Level
    why: str
    weak: str
    strong: str


RULES: Final = (
    Rule(
        code="L1",
        title="A delivery instead of a difference",
        level=Level.WARN,
        why="Something can be delivered on time and change nothing. A key result says what will be"
        " different, for whom, and how one sees it; what is delivered is one bet on the way there,"
        " and can be exchanged.",
        weak="Launch the new checkout",
        strong="Abandoned baskets fall from 68 % to 55 % of visits",
    ),
    Rule(
        code="L2",
        title="No baseline",
        level=Level.BLOCK,
        why="Without the value of today nobody can tell progress from luck, nor an ambitious target"
        " from an easy one. Where it is not known yet, finding it is the first key result.",
        weak="Time to first answer: 2 hours",
        strong="Time to first answer from 9 hours to 2 hours",
    ),
    Rule(
        code="L3",
        title="A target that cannot be",
        level=Level.REFUSE,
        why="Progress from a value to itself cannot be computed, nothing exceeds its own bounds, and no"
        " value lies in an empty band. What should stay as it is is kept in a band.",
        weak="Uptime from 99.9 % to 99.9 %",
        strong="Keep uptime between 99.9 % and 100 %",
    ),
    Rule(
        code="L4",
        title="A percentage of what?",
        level=Level.WARN,
        why="A percentage without its denominator can be reached by changing what is counted.",
        weak="Adoption at 70 %",
        strong="70 % of new landlords list their first flat without calling us",
    ),
    Rule(
        code="L5",
        title="An objective that counts or does not end",
        level=Level.WARN,
        why="An objective is a picture that people can repeat. Numbers belong in its key results;"
        " names with a digit, such as B2B, are no numbers.",
        weak="Increase revenue from repairs by 20 %",
        strong="Landlords call us first when something breaks",
    ),
    Rule(
        code="L6",
        title="Too many, too few",
        level=Level.BLOCK,
        why="Three objectives of a team (five of the organisation) can be kept in mind for a quarter."
        " Two to five key results show an objective from more than one side. Too many objectives"
        " block; the number of key results is a warning.",
        weak="Seven objectives, one of them with nine key results",
        strong="Two objectives with three key results each",
    ),
    Rule(
        code="L7",
        title="Only one kind of evidence",
        level=Level.WARN,
        why="Milestones alone say that work was done. Lagging measures alone move when the quarter is over.",
        weak="Three milestones: designed, built, launched",
        strong="One milestone, one measure that moves weekly, one that shows the result",
    ),
    Rule(
        code="L8",
        title="A push without a guardrail",
        level=Level.WARN,
        why="Two measures were declared to be in tension. Whoever pushes one of them keeps the other in"
        " a band.",
        weak="Answer time from 9 hours to 2 hours",
        strong="Answer time from 9 hours to 2 hours, and satisfaction with answers stays above 4.2",
    ),
    Rule(
        code="L9",
        title="One person who speaks for it",
        level=Level.BLOCK,
        why="With nobody accountable nobody answers; with two, each waits for the other. The work is"
        " the team's.",
        weak="Accountable: the whole team",
        strong="Accountable: Ada",
    ),
    Rule(
        code="L10",
        title="Too sure, or only a wish",
        level=Level.WARN,
        why="Near certainty at the start is fine for a commitment and means that anything else aims"
        " low. Hardly any confidence is fine for a moon shot and means that anything else is a wish.",
        weak="A roof shot with confidence 10",
        strong="A roof shot with confidence 5",
    ),
    Rule(
        code="L11",
        title="Nothing instead of it",
        level=Level.BLOCK,
        why="A team that is nearly full can only begin something by dropping, slowing or not starting"
        " something else. If that is not said now, it is decided by accident later.",
        weak="Instead of: nothing",
        strong="Instead of: the second region, which waits until autumn",
    ),
    Rule(
        code="L12",
        title="No plan of the capacity",
        level=Level.WARN,
        why="Keeping the lights on takes its share whether it is planned or not. Without that share"
        " every promise is made twice.",
        weak="Five people, thirteen weeks",
        strong="Five people, thirteen weeks, 30 % of them to keep the lights on",
    ),
    Rule(
        code="L13",
        title="Written elsewhere, not yet answered",
        level=Level.BLOCK,
        why="Goals are agreed and not dictated. A counter or a comment of the team shows that it was"
        " read by those who are to reach it.",
        weak="Written by leadership, accepted unread",
        strong="Written by leadership, countered by the team with half of it",
    ),
    Rule(
        code="L14",
        title="The same target again",
        level=Level.WARN,
        why="A target that stands unmoved for the third time is either not wanted or not reachable in"
        " this way. Keep it, change it or stop it, but decide.",
        weak="Coverage to 80 %, as in the last two quarters",
        strong="Stopped: coverage. Escaped defects of billing from 12 to 4 a month",
    ),
    Rule(
        code="L15",
        title="Promised without evidence, or too much promised",
        level=Level.WARN,
        why="A commitment is a promise that others build upon. It is made after finding out whether it"
        " can be kept, and seldom, because each one takes room from learning.",
        weak="Commitment: live in France by June (nobody asked the bank)",
        strong="Commitment: live in France by June (see the trial with the bank)",
    ),
    Rule(
        code="L16",
        title="Measured too seldom to steer by",
        level=Level.WARN,
        why="A value that comes once or twice in a quarter can be looked back upon and not be acted on.",
        weak="Yearly employee survey from 3.9 to 4.2",
        strong="Two questions every two weeks: from 3.9 to 4.2",
    ),
)

RULE: Final = {rule.code: rule for rule in RULES}
