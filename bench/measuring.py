"""CPU per request, of a server and its database together, as a multiple of the floor."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from statistics import median
from typing import Final

from bench.pages import Page
from bench.servers import Server, cpu_seconds
from bench.sites import Site, use
from bench.visitor import RefusedError, plain_size

ROUNDS: Final = int(os.environ.get("ROUNDS") or 3)
WARM_UP: Final = 10
REQUESTS: Final = 50
REQUESTS_TO_FLOOR: Final = 400  # each takes so little that the kernel's ticks would show


@dataclass(frozen=True)
class Measured:
    """What one page costs; without a ratio it could not be measured, and `problem` says why."""

    page: Page
    ratio: float = 0.0
    milliseconds: float = 0.0
    queries: int = 0
    size: int = 0  # bytes
    compressed: int = 0
    problem: str = ""
    ratios: tuple[float, ...] = ()  # one for each round


@dataclass(frozen=True)
class Result:
    """What the pages of one size cost, and the floor in milliseconds."""

    size: int
    rows: list[Measured]
    floor: float


def measure(sites: list[Site], pages: list[Page], *, postmaster: int) -> list[Result]:
    """Return what the pages cost at each size.

    Floor and page, and the sizes, take turns in every round, so that whatever else the machine does meets
    all of them.
    """
    benches = [_Bench(site, postmaster) for site in sites]
    found = {bench: bench.look(pages) for bench in benches}
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", flush=True)
        for page in pages:
            for bench in benches:
                if not found[bench][page].problem:
                    bench.ask(page)
    return [bench.result(found[bench]) for bench in benches]


class _Bench:
    """The two servers of one size, and what each round has cost there: the floor and a page, in seconds."""

    def __init__(self, site: Site, postmaster: int) -> None:
        self.site, self.postmaster = site, postmaster
        self.rounds: dict[Page, list[tuple[float, float]]] = {}

    def look(self, pages: list[Page]) -> dict[Page, Measured]:
        """Ask for each page until it is warm; return sizes and queries, or why there are none."""
        use(self.site.organisation.database)
        self._floor(WARM_UP)
        return {page: self._look(page) for page in pages}

    def _look(self, page: Page) -> Measured:
        visitor = self.site.visitor
        try:
            body = visitor.ask(page, times=WARM_UP, revision=visitor.revision(page))
            queries = len(visitor.queries(page))
        except RefusedError as error:
            return Measured(page, problem=str(error))
        return Measured(page, size=plain_size(body), compressed=len(body), queries=queries)

    def ask(self, page: Page) -> None:
        """Ask the floor and the page, and write down what that took."""
        if page.is_save:
            use(self.site.organisation.database)
        visitor = self.site.visitor
        revision = visitor.revision(page)
        floor = self._cpu(self.site.floor, lambda: self._floor(REQUESTS_TO_FLOOR)) / REQUESTS_TO_FLOOR
        cost = self._cpu(self.site.portal, lambda: visitor.ask(page, times=REQUESTS, revision=revision))
        self.rounds.setdefault(page, []).append((floor, cost / REQUESTS))

    def result(self, found: dict[Page, Measured]) -> Result:
        """Return the median of the rounds."""
        rows = [self._median(row) for row in found.values()]
        floors = [1000 * floor for pairs in self.rounds.values() for floor, _cost in pairs]
        return Result(self.site.organisation.size, rows, median(floors) if floors else 0.0)

    def _median(self, row: Measured) -> Measured:
        pairs = self.rounds.get(row.page)
        if not pairs:
            return row
        ratios = tuple(cost / floor for floor, cost in pairs)
        milliseconds = 1000 * median(cost for _floor, cost in pairs)
        return replace(row, ratio=median(ratios), milliseconds=milliseconds, ratios=ratios)

    def _cpu(self, server: Server, work: Callable[[], object]) -> float:
        before = cpu_seconds(server.pid, self.postmaster)
        work()
        return cpu_seconds(server.pid, self.postmaster) - before

    def _floor(self, times: int) -> None:
        wire = HTTPConnection("127.0.0.1", self.site.floor.port, timeout=60)
        for _each in range(times):
            wire.request("GET", "/1/", headers={"Accept-Encoding": "gzip"})
            response = wire.getresponse()
            response.read()
            if response.status != 200:  # noqa: PLR2004
                message = f"the floor answered {response.status}"
                raise RefusedError(message)
        wire.close()
