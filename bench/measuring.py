"""CPU per request, of a server and its database together, as a multiple of the floor."""

from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median
from typing import Final

from bench.pages import Page
from bench.servers import Server, cpu_seconds
from bench.visitor import RefusedError, Visitor, plain_size

ROUNDS: Final = 3
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


@dataclass(frozen=True)
class Bench:
    """The two servers and the database that both use."""

    portal: Server
    floor: Server
    postmaster: int
    visitor: Visitor

    def measure(self, pages: list[Page]) -> tuple[list[Measured], float]:
        """Return what the pages cost, and the floor in milliseconds.

        Floor and page take turns in every round, so that whatever else the machine does meets both.
        """
        rounds: dict[Page, list[tuple[float, float]]] = {}
        found: dict[Page, Measured] = {}
        self._floor(WARM_UP)
        for page in pages:
            found[page] = self._look(page)
        measurable = [page for page in pages if not found[page].problem]
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS}", flush=True)
            for page in measurable:
                floor = self._cpu(self.floor, lambda: self._floor(REQUESTS_TO_FLOOR)) / REQUESTS_TO_FLOOR
                cost = self._cpu(self.portal, lambda page=page: self.visitor.ask(page, times=REQUESTS))  # type: ignore[misc]
                rounds.setdefault(page, []).append((floor, cost / REQUESTS))
        for page, pairs in rounds.items():
            values = vars(found[page]) | {
                "ratio": median(cost / floor for floor, cost in pairs),
                "milliseconds": 1000 * median(cost for _floor, cost in pairs),
            }
            found[page] = Measured(**values)
        floors = [1000 * floor for pairs in rounds.values() for floor, _cost in pairs]
        return [found[page] for page in pages], median(floors) if floors else 0.0

    def _look(self, page: Page) -> Measured:
        """Ask for a page until it is warm; return its size and queries, or why there is none."""
        try:
            body = self.visitor.ask(page, times=WARM_UP)
            queries = len(self.visitor.queries(page))
        except RefusedError as error:
            return Measured(page, problem=str(error))
        return Measured(page, size=plain_size(body), compressed=len(body), queries=queries)

    def _cpu(self, server: Server, work: Callable[[], object]) -> float:
        before = cpu_seconds(server.pid, self.postmaster)
        work()
        return cpu_seconds(server.pid, self.postmaster) - before

    def _floor(self, times: int) -> None:
        wire = HTTPConnection("127.0.0.1", self.floor.port, timeout=60)
        for _each in range(times):
            wire.request("GET", "/1/", headers={"Accept-Encoding": "gzip"})
            response = wire.getresponse()
            response.read()
            if response.status != 200:  # noqa: PLR2004
                message = f"the floor answered {response.status}"
                raise RefusedError(message)
        wire.close()
