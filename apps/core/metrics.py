"""What /metrics says: requests counted in memory that all processes of a web server share, and rows.

The counters are one anonymous piece of shared memory that gunicorn makes before it starts its workers. Each
worker writes into an area of its own, without a lock between processes, and whichever one is asked adds them
up; an area outlives its worker, so that no sum ever falls. ADR 11 says why it is not a library.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from mmap import mmap
from threading import Lock
from typing import Final

from django.conf import settings
from django.utils.module_loading import import_string

BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NAME: Final = 128  # bytes of a record for its key; the numbers follow
CELLS: Final = len(BOUNDS) + 2  # one for each bound, one for what is slower, and the microseconds
RECORD: Final = NAME + 8 * 16
RECORDS: Final = 1024  # of an area: several times the addresses, methods and codes that there are

Key = tuple[str, str, int]


class Requests:
    """Counts finished requests by view, method and status code: about a microsecond each."""

    def __init__(self, areas: int = 1) -> None:
        self._memory = memoryview(mmap(-1, areas * RECORDS * RECORD))  # untouched pages cost nothing
        self._numbers = self._memory.cast("Q")
        self._free = list(range(areas))
        self._lock = Lock()
        self._area = 0
        self._places: dict[Key, int] = {}

    def take_area(self) -> int | None:
        """Return an area for a new worker, which may go on with what an earlier one has counted."""
        return self._free.pop(0) if self._free else None

    def give_area(self, area: int) -> None:
        """Let another worker have it; what stands in it stays."""
        self._free.append(area)

    def write_into(self, area: int) -> None:
        """Count in this area from now on."""
        self._area = area
        self._places = {key: place for place, key in self._records(area)}

    def count(self, view: str, method: str, code: int, seconds: float) -> None:
        """Count one request."""
        key = (view, method, code)
        with self._lock:  # threads of this worker
            place = self._places.get(key)
            if place is None:
                place = self._place(key)
            self._numbers[place + bisect_left(BOUNDS, seconds)] += 1
            self._numbers[place + CELLS - 1] += int(seconds * 1_000_000)

    def sums(self) -> dict[Key, list[int]]:
        """Return the cells of all areas, added up."""
        sums: dict[Key, list[int]] = {}
        for area in range(len(self._memory) // (RECORDS * RECORD)):
            for place, key in self._records(area):
                cells = sums.setdefault(key, [0] * CELLS)
                for index in range(CELLS):
                    cells[index] += self._numbers[place + index]
        return sums

    def _place(self, key: Key) -> int:
        """Return where the numbers of a new key begin; the last record is for all that find no room."""
        index = min(len(self._places), RECORDS - 1)
        start = (self._area * RECORDS + index) * RECORD
        view, method, code = key if index < RECORDS - 1 else ("(others)", "", 0)
        name = f"{method} {code} {view}".encode()[: NAME - 1]
        self._memory[start + 1 : start + 1 + len(name)] = name
        self._memory[start] = len(name)  # the last step: whoever reads meanwhile sees no half of a name
        place = (start + NAME) // 8
        self._places[key] = place
        return place

    def _records(self, area: int) -> Iterator[tuple[int, Key]]:
        for index in range(RECORDS):
            start = (area * RECORDS + index) * RECORD
            length = self._memory[start]
            if not length:
                return
            name = bytes(self._memory[start + 1 : start + 1 + length]).decode(errors="replace")
            method, code, view = name.split(" ", 2)
            yield (start + NAME) // 8, (view, method, int(code))


requests = Requests()


def share(areas: int) -> Requests:
    """Make the memory that workers will share, before there are any; portal.gunicorn does."""
    global requests  # noqa: PLW0603 -- one for each web server
    requests = Requests(areas)
    return requests


@dataclass(frozen=True)
class Gauge:
    """One number as of now, read from rows; `settings.MEASURES` names the functions that return them."""

    name: str
    value: float
    meaning: str
    labels: tuple[tuple[str, str], ...] = ()


def page(*, now: datetime) -> str:
    """Return everything in the text format of Prometheus. The queries are those of settings.MEASURES."""
    gauges = [gauge for path in settings.MEASURES for gauge in import_string(path)(now=now)]
    return "\n".join([*_requests(requests.sums()), *_gauges(gauges), ""])


def _requests(sums: dict[Key, list[int]]) -> Iterator[str]:
    name = "roadworthy_request_seconds"
    yield f"# HELP {name} Finished requests by view, and how long they took."
    yield f"# TYPE {name} histogram"
    for (view, method, code), cells in sorted(sums.items()):
        labels = _labels([("view", view), ("method", method), ("code", str(code))])
        counted = 0
        for bound, cell in zip([*BOUNDS, "+Inf"], cells, strict=False):
            counted += cell
            yield f'{name}_bucket{{{labels},le="{bound}"}} {counted}'
        yield f"{name}_count{{{labels}}} {counted}"
        yield f"{name}_sum{{{labels}}} {cells[-1] / 1_000_000:.6f}"


def _gauges(gauges: Iterable[Gauge]) -> Iterator[str]:
    seen = ""
    for gauge in gauges:
        if gauge.name != seen:
            yield f"# HELP {gauge.name} {gauge.meaning}"
            yield f"# TYPE {gauge.name} gauge"
            seen = gauge.name
        labels = f"{{{_labels(gauge.labels)}}}" if gauge.labels else ""
        yield f"{gauge.name}{labels} {gauge.value:g}"


def _labels(pairs: Sequence[tuple[str, str]]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
