"""Words enough to look like an organisation; long answers cost more than short ones."""

from random import Random
from typing import Final

THINGS: Final = [
    "Parcel",
    "Invoice",
    "Route",
    "Customer",
    "Depot",
    "Driver",
    "Label",
    "Claim",
    "Tariff",
    "Address",
    "Stock",
    "Return",
]
DOINGS: Final = [
    "Tracking",
    "Ledger",
    "Planner",
    "Search",
    "Gateway",
    "Archive",
    "Forecast",
    "Scheduler",
    "Export",
    "Portal",
]
FIRST: Final = [
    "Ada",
    "Bruno",
    "Chidi",
    "Dana",
    "Emil",
    "Fatma",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Kaya",
    "Lena",
    "Milo",
    "Nora",
    "Omar",
    "Priya",
]
LAST: Final = [
    "Lind",
    "Okafor",
    "Novak",
    "Haas",
    "Petrov",
    "Silva",
    "Meyer",
    "Tanaka",
    "Brandt",
    "Costa",
    "Weber",
    "Diallo",
    "Keller",
    "Rossi",
]
SENTENCES: Final = (
    "The primary fails over to the second zone within forty seconds; we rehearsed it in the spring.",
    "Callers see the last known state and a note that it may be up to five minutes old.",
    "Backups run every night and are restored into an empty cluster on the first Monday of a month.",
    "The runbook names who decides, who talks to customers, and what may be switched off first.",
    "Two people on call can do this without us; the third is being trained.",
    "An alert fires at seventy per cent, a page at ninety, and both have been seen to arrive.",
    "We do not know yet how the archive behaves when a whole depot comes back after an outage.",
    "Secrets are rotated by the platform every ninety days and nobody reads them by hand.",
    "The dashboard shows latency, errors, traffic and saturation for each interface.",
    "Old data is deleted after thirteen months by a job whose last run is on the dashboard.",
)


def thing(number: int) -> str:
    """Return a name for a service or team: "Parcel Tracking 42"."""
    words = THINGS[number % len(THINGS)], DOINGS[number // len(THINGS) % len(DOINGS)]
    return f"{' '.join(words)} {number}"


def person(number: int) -> str:
    """Return a person's name; some share theirs, as people do."""
    return f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"


def text(random: Random, *, sentences: int) -> str:
    """Return some sentences, each about ninety characters."""
    return " ".join(random.choices(SENTENCES, k=sentences))
