"""For which services an item counts."""

from typing import Any

from apps.catalog.models import Service
from apps.core.expressions import holds
from apps.readiness.rules.sheet import Item


def service_variables(service: Service, *, has_interfaces: bool, has_dependencies: bool) -> dict[str, Any]:
    """Return what conditions may ask about a service; `imports.EXAMPLES` has the same names."""
    return {
        "service": {
            "tier": service.tier,
            "data_class": service.data_class,
            "exposure": service.exposure,
            "moves_money": service.moves_money,
            "has_store": service.has_store,
            "kind": service.kind,
            "has_interfaces": has_interfaces,
            "has_dependencies": has_dependencies,
        }
    }


def applies(item: Item, variables: dict[str, Any]) -> bool:
    """Tell whether the item counts for the service; one without a condition always does."""
    return not item.applies or holds(item.applies, variables)
