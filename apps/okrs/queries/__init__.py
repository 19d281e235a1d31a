"""Every read of goals."""

from apps.okrs.queries.finding import current_cycle, cycle_of, objective, quarter, readable, root_team

__all__ = ["current_cycle", "cycle_of", "objective", "quarter", "readable", "root_team"]
