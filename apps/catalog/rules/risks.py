"""How much can go wrong with a service. Pure."""

from dataclasses import dataclass
from typing import Final

from apps.catalog.models import DataClass, Exposure, RiskLevel, Service

TIER_POINTS: Final = {1: 4, 2: 2, 3: 1, 4: 0}
DATA_POINTS: Final = {
    DataClass.RESTRICTED.value: 3,
    DataClass.CONFIDENTIAL.value: 2,
    DataClass.INTERNAL.value: 1,
    DataClass.PUBLIC.value: 0,
}
EXPOSURE_POINTS: Final = {Exposure.INTERNET.value: 2, Exposure.PARTNERS.value: 1, Exposure.INTERNAL.value: 0}
MONEY_POINTS: Final = 2
LEVELS: Final = [(7, RiskLevel.CRITICAL), (5, RiskLevel.HIGH), (3, RiskLevel.MEDIUM), (0, RiskLevel.LOW)]


@dataclass(frozen=True)
class RiskPart:
    """One of the things that risk adds up."""

    label: str
    points: int


@dataclass(frozen=True)
class Risk:
    """How much can go wrong: the level that counts, and what it is made of."""

    points: int
    level: RiskLevel
    parts: list[RiskPart]
    computed: RiskLevel  # differs from `level` where enablement said so
    reason: str = ""  # enablement's

    @property
    def is_overridden(self) -> bool:
        """Tell whether a person's word stands instead of the sum."""
        return bool(self.reason)

    @property
    def is_high(self) -> bool:
        """Tell whether conditions stand and a veto is possible."""
        return self.level in {RiskLevel.HIGH, RiskLevel.CRITICAL}


def risk(service: Service) -> Risk:
    """Add up a service's risk; enablement's override wins and is labelled."""
    parts = [
        RiskPart(f"Tier {service.tier}", TIER_POINTS[service.tier]),
        RiskPart(f"{service.get_data_class_display()} data", DATA_POINTS[service.data_class]),
        RiskPart(_reach(service), EXPOSURE_POINTS[service.exposure]),
        RiskPart(
            "Moves money" if service.moves_money else "Moves no money", MONEY_POINTS * service.moves_money
        ),
    ]
    points = sum(part.points for part in parts)
    computed = (
        RiskLevel.CRITICAL if service.tier == 1 else next(level for at, level in LEVELS if points >= at)
    )
    level = RiskLevel(service.risk_override) if service.risk_override else computed
    return Risk(points, level, parts, computed, service.risk_reason if service.risk_override else "")


def _reach(service: Service) -> str:
    return {
        Exposure.INTERNET.value: "On the internet",
        Exposure.PARTNERS.value: "Open to partners",
        Exposure.INTERNAL.value: "Inside the company only",
    }[service.exposure]
