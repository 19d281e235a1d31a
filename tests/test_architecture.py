"""Habits that linters cannot see."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parent.parent
APPS = ROOT / "apps"
SOURCES = sorted(path for path in APPS.rglob("*.py") if "migrations" not in path.parts)
WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "delete",
    "get_or_create",
    "update_or_create",
}
WRITES_TO_RELATIONS = {"add", "set", "remove", "clear"}
OUR_MODELS = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
NOBODYS_STEPS = {("activity", "seal")}  # it changes nothing that anybody did, and tells nobody
FRONT_DOORS = {"models", "rules", "queries", "transitions", "reports", "http"}


def name_of(path):
    return str(path.relative_to(APPS))


def layer(path):
    """Return which kind of file this is; `transitions/moves.py` counts as `transitions.py`."""
    _app, *rest = path.relative_to(APPS).parts
    return rest[0].removesuffix(".py") if rest else ""


def files(*layers):
    return [path for path in SOURCES if layer(path) in layers]


def culprits(paths, problem):
    """Return what is wrong, by file: a rule is one test, for to read a file is cheaper than to be one."""
    found = {name_of(path): problem(path) for path in paths}
    return {name: wrong for name, wrong in found.items() if wrong}


def writes(source):
    """Yield the names of calls that write to the database.

    `team.members.add(ada)` does; `seen.add(ada)` and `self.seen.add(ada)` are plain sets.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in WRITES:
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="self")))):
                continue
            case ast.Call(func=ast.Attribute(value=ast.Attribute(), attr=name)) if (
                name in WRITES_TO_RELATIONS
            ):
                yield name


@cache
def imports(path):
    """Return the dotted names of everything that a file imports."""
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_the_contract_names_every_app():
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (inside,) = (contract for contract in linter["contracts"] if contract["id"] == "inside")

    ours = {config.name for config in apps.get_app_configs() if config.name.startswith("apps.")}

    assert set(inside["containers"]) == ours - {"apps.core"}


def test_apps_meet_only_at_their_front_doors():
    def foreign(path):
        app = path.relative_to(APPS).parts[0]
        names = (name.split(".") for name in imports(path) if name.startswith("apps."))
        return {parts[2] for parts in names if parts[1] not in {app, "core"}} - FRONT_DOORS

    assert culprits(SOURCES, foreign) == {}


def test_relations_between_apps_lead_down_only():
    """What lies below cannot follow a way back that does not exist: `related_name="+"`."""
    ways_back = [
        f"{model._meta.label}.{relation.get_accessor_name()}"
        for model in OUR_MODELS
        for relation in model._meta.related_objects
        if not relation.hidden
        and relation.related_model in OUR_MODELS
        and relation.related_model._meta.app_label != model._meta.app_label
    ]

    assert ways_back == []


def test_only_transitions_write():
    readers = files("urls", "views", "api", "http", "tasks", "forms", "reports", "queries", "rules")

    assert culprits(readers, lambda path: list(writes(path.read_text()))) == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("team.members.add(ada)", ["add"]),
        ("Delivery.objects.bulk_update(rows, ['state'])", ["bulk_update"]),
        ("seen.add(ada); self.seen.clear()", []),
    ],
)
def test_a_write_is_told_from_a_plain_set(source, found):
    assert list(writes(source)) == found


@pytest.mark.parametrize("file", ["okrs/transitions.py", "okrs/transitions/asks.py"])
def test_a_package_counts_as_its_file(file):
    assert layer(APPS / file) == "transitions"


def test_transitions_are_told_who_and_when():
    def untold(path):
        app = path.relative_to(APPS).parts[0]
        return [
            node.name
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef)
            and not node.name.startswith("_")
            and (app, node.name) not in NOBODYS_STEPS
            and not {"by", "at"} <= {argument.arg for argument in node.args.kwonlyargs}
        ]

    assert culprits(files("transitions"), untold) == {}
    assert culprits(files("transitions"), lambda path: "timezone" in path.read_text()) == {}


def test_only_accounts_has_an_adapter():
    assert {name_of(path) for path in files("adapters")} <= {"accounts/adapters.py"}


@pytest.mark.parametrize(
    ("word", "places"),
    [("on_commit", ["core/wake.py"]), ("django.dispatch", []), ("db.models.signals", [])],
)
def test_nothing_happens_behind_the_scenes(word, places):
    assert [name_of(path) for path in SOURCES if word in path.read_text()] == places


def test_there_is_no_second_way_in():
    assert not apps.is_installed("django.contrib.admin")


def test_files_stay_short():
    """A list of what a package offers is no text that somebody reads from top to bottom."""

    def length(path):
        text = path.read_text()
        is_list = path.name == "__init__.py" and "def " not in text
        return 0 if is_list or len(text.splitlines()) <= 400 else len(text.splitlines())

    assert culprits(SOURCES, length) == {}


def test_a_moment_in_a_key_is_exact():
    """Two facts of one second are two: a key that ends with the second tells only the first."""
    assert culprits(files("transitions"), lambda path: "%S}" in path.read_text()) == {}
