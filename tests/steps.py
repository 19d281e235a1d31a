"""What the code of the transitions says about itself: which step records which events, and how."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.activity.queries import kinds

APPS = Path(__file__).parent.parent / "apps"
WHOLE = {"one_transaction", "atomic"}  # decorators that undo everything after a refusal


@dataclass(frozen=True)
class Unit:
    """One function, class or table of an app's transitions, whether somebody else may use it or not."""

    path: Path
    name: str
    is_step: bool
    is_whole: bool
    words: frozenset[str]  # every name in it

    @property
    def app(self) -> str:
        """Return whose transitions these are."""
        return self.path.relative_to(APPS).parts[0]


def units() -> list[Unit]:
    """Return what stands in the transitions of all apps."""
    paths = [*APPS.glob("*/transitions.py"), *APPS.glob("*/transitions/**/*.py")]
    return [unit for path in sorted(paths) for unit in _units(path)]


def _units(path: Path) -> Iterator[Unit]:
    for node in ast.parse(path.read_text()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                decorators = {word for line in node.decorator_list for word in _words(line)}
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                decorators = set()
            case _:
                continue
        yield Unit(
            path=path,
            name=name,
            is_step=isinstance(node, ast.FunctionDef) and not name.startswith("_"),
            is_whole=bool(decorators & WHOLE),
            words=frozenset(_words(node)) - {name},
        )


def _words(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        if isinstance(node, ast.Attribute):
            yield node.attr


class Steps:
    """Who calls whom inside the apps, as far as names tell."""

    def __init__(self) -> None:
        self.all = units()
        self.inner: dict[tuple[str, str], list[Unit]] = {}
        for unit in self.all:
            if not unit.is_step:
                self.inner.setdefault((unit.app, unit.name), []).append(unit)
        self.kinds = {(kind.__module__.split(".")[1], kind.__name__): verb for verb, kind in kinds().items()}

    def recorded(self) -> dict[str, set[str]]:
        """Return for each step the verbs that it records itself: those of steps that it calls are theirs."""
        found: dict[str, set[str]] = {}
        for step in self.all:
            if step.is_step:
                verbs = {verb for unit in self._reach(step) for verb in self._verbs(unit)}
                found.setdefault(f"{step.app}.{step.name}", set()).update(verbs)
        return found

    def loose(self) -> set[str]:
        """Return the steps that could keep an event of something that is refused afterwards."""
        return {
            f"{step.app}.{step.name}"
            for step in self.all
            if step.is_step and any(self._verbs(unit) for unit in self._reach(step, is_loose=True))
        }

    def _verbs(self, unit: Unit) -> set[str]:
        return {verb for (app, name), verb in self.kinds.items() if app == unit.app and name in unit.words}

    def _reach(self, step: Unit, *, is_loose: bool = False) -> list[Unit]:
        """Return a step and what it uses beside other steps; `is_loose`: outside any transaction."""
        reached: list[Unit] = []
        waiting = [step]
        while waiting:
            unit = waiting.pop()
            if unit in reached or (is_loose and unit.is_whole):
                continue
            reached.append(unit)
            for word in unit.words:
                meant = self.inner.get((unit.app, word), [])
                waiting += [one for one in meant if one.path == unit.path] or meant
        return reached
