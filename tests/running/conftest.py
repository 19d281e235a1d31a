"""Whole portals, as they run for people: those of production with servers, the embedded one without."""

from tests.faults.machinery import ON_SERVERS

collect_ignore = ["test_backup_beside.py" if ON_SERVERS else "test_compose_commands.py"]
