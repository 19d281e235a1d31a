"""Many people write into the same few answers at once: `make size`, and tests/faults in a short form.

Each reads an answer, adds a word of their own to what they saw, and saves it over the wire as htmx does.
Nobody takes a word away, so every word whose save was answered by 200 must be in the answer in the end. A
save that came too late is answered by 409 and shows the word, and its author begins anew from what stands
there now.
"""

import html
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from random import Random
from statistics import median
from time import monotonic
from typing import Final
from urllib.parse import urlencode

from django.db.models import QuerySet

from apps.readiness.models import Answer

OK, CONFLICT = 200, 409
PATIENCE: Final = 60  # seconds for an answer
REVISION: Final = re.compile(r'name="revision"[^>]* value="(\d+)"')
TEXT: Final = re.compile(r'name="text"[^>]*>\n(.*?)</textarea>', re.DOTALL)
HTMX: Final = {"HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Tally:
    """What one editor, or all of them, have seen."""

    promised: list[tuple[int, str]] = field(default_factory=list)  # an answer and a word in it
    conflicts: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of each save

    def add(self, other: "Tally") -> None:
        """Count somebody else's too."""
        self.promised += other.promised
        self.conflicts += other.conflicts
        self.errors += other.errors
        self.seconds += other.seconds

    def __str__(self) -> str:
        seconds = sorted(self.seconds)
        slow = seconds[int(0.99 * len(seconds))]
        return (
            f"{len(self.promised):,} saves promised, {self.conflicts:,} conflicts shown, "
            f"{len(self.errors)} errors; a save took {median(seconds):.2f} s, 99 of 100 at most {slow:.2f} s"
        )


@dataclass(frozen=True)
class Editor:
    """Somebody who is signed in by these headers and adds words of their own."""

    name: str
    headers: Mapping[str, str]
    port: int
    area: str  # the address of the page that they write on
    answers: Mapping[int, str]  # by key, the address of each item

    def write(self, words: int) -> Tally:
        """Open the page, then add so many words, each to any of its answers."""
        tally, random = Tally(), Random(self.name)  # noqa: S311 -- the same at every run
        wire = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        status, _page = self._ask(wire, "GET", self.area)
        if status != OK:
            tally.errors.append(f"{self.area} answered {status}")
        for number in range(words):
            pk = random.choice(list(self.answers))
            try:
                while not self._add(wire, pk, f"{self.name}word{number}end", tally):
                    tally.conflicts += 1
            except OSError as error:
                tally.errors.append(f"{self.answers[pk]}: {error!r}")
                wire.close()
        wire.close()
        return tally

    def _add(self, wire: HTTPConnection, pk: int, word: str, tally: Tally) -> bool:
        """Read and save once; tell whether that is the end of it."""
        status, page = self._ask(wire, "GET", self.answers[pk], headers=HTMX)
        revision, text = REVISION.search(page), TEXT.search(page)
        if status != OK or not (revision and text):
            tally.errors.append(f"{self.answers[pk]} answered {status}")
            return True
        form = {"revision": revision[1], "state": "in_place"}
        form["text"] = f"{html.unescape(text[1])} {word}".strip()
        begun = monotonic()
        status, page = self._ask(wire, "POST", f"{self.answers[pk]}save/", body=urlencode(form), headers=HTMX)
        tally.seconds.append(monotonic() - begun)
        if status == OK:
            tally.promised.append((pk, word))
        elif status != CONFLICT or word not in page:
            tally.errors.append(f"{self.answers[pk]}save/ answered {status}, without the word")
        return status != CONFLICT

    def _ask(
        self,
        wire: HTTPConnection,
        method: str,
        path: str,
        *,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        wire.request(method, path, body, {**self.headers, **(headers or {})})
        response = wire.getresponse()
        return response.status, response.read().decode()


def write_all(editors: list[Editor], *, words: int) -> Tally:
    """Let all of them write at once."""
    whole = Tally()
    with ThreadPoolExecutor(len(editors)) as threads:
        for tally in threads.map(lambda editor: editor.write(words), editors):
            whole.add(tally)
    return whole


def addresses(answers: Iterable[Answer]) -> dict[int, str]:
    """Return where each item is read; load `assessment__service` first."""
    return {one.pk: f"/services/{one.assessment.service.slug}/answers/{one.pk}/" for one in answers}


def lost(tally: Tally, answers: QuerySet[Answer]) -> list[str]:
    """Return the promised words that are not in their answers."""
    words = {pk: set(text.split()) for pk, text in answers.values_list("pk", "text")}
    return [word for pk, word in tally.promised if word not in words[pk]]
