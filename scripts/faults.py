"""`make faults`: every fault, long, on both editions; what was seen goes into docs/RELIABILITY.md.

Needs what `scripts/bootstrap.py --tests` has installed.
"""

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "RELIABILITY.md"
BEGIN, END = "<!-- what was seen -->\n", "<!-- until here -->\n"


def main() -> int:
    """Run them with servers and without, and write the page if all of them ended well."""
    from scripts.test_all import BIN, _postgresql, _redis, _run

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roadworthy-")))
        folder.chmod(0o755)
        servers = stack.enter_context(_postgresql(folder / "postgresql", is_durable=True))
        servers |= stack.enter_context(_redis(folder / "redis"))
        report = folder / "report"
        command = [str(BIN / "pytest"), "-q", "-n", "0", "tests/faults"]
        long = {"FAULTS": "long", "FAULTS_REPORT": str(report), "REQUIRE_ALL": "1"}
        codes = [_run("faults on Redis and PostgreSQL", command, **long, **servers)]
        codes.append(_run("faults on files and SQLite", command, **long))
        if not any(codes):
            _write([json.loads(line) for line in report.read_text().splitlines()])
    return 1 if any(codes) else 0


def _write(seen: list[dict[str, str]]) -> None:
    """Put the table between its marks."""
    before, _begin, rest = PAGE.read_text().partition(BEGIN)
    _old, _end, after = rest.partition(END)
    rows = [
        f"| {one['fault']} | {one['edition']} | {one['form']} | {one['seen']} |"
        for one in sorted(seen, key=_order)
    ]
    when = f"Seen on {datetime.now(UTC):%-d %B %Y}, {os.cpu_count()} cores:\n\n"
    table = "\n".join(["| fault | edition | form | seen |", "|---|---|---|---|", *rows])
    PAGE.write_text(f"{before}{BEGIN}{when}{table}\n{END}{after}")


def _order(one: dict[str, str]) -> tuple[str, str]:
    return one["fault"].split(" in ")[0], one["edition"]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
