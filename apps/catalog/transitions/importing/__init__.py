"""How a Backstage catalog comes in: in batches of 500, each committed, so that a second run goes on."""

from apps.catalog.transitions.importing.catalog import Outcome, ask_import, import_catalog, run_import

__all__ = ["Outcome", "ask_import", "import_catalog", "run_import"]
