"""docker-compose.yml as Compose would read it, without an engine."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?:(?P<kind>:-|:\?)(?P<text>(?:[^{}]|\$\{[^{}]*\})*))?\}")


class MissingError(Exception):
    """A variable that the file insists on has no value."""


def services():
    """Return the services with their anchors merged and their variables as written."""
    return yaml.safe_load(FILE.read_text())["services"]


def variables():
    """Return the names of the variables that the file takes from outside."""
    return {match["name"] for match in re.finditer(r"\$\{(?P<name>[A-Z_]+)", FILE.read_text())}


def filled(text, environment):
    """Put the variables in, as Compose does: `${A}`, `${A:-otherwise}`, `${A:?why it is needed}`."""

    def value(match):
        if given := environment.get(match["name"]):
            return given
        if match["kind"] == ":?":
            raise MissingError(match["name"])
        return filled(match["text"] or "", environment)

    return VARIABLE.sub(value, str(text))


def environment_of(service, environment):
    """Return what a service's processes find in their environment."""
    return {name: filled(value, environment) for name, value in service["environment"].items()}
