"""Reads the files under data/."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parent / "data"


def people() -> dict[str, dict[str, Any]]:
    """Return everybody by the short name that the scripts use."""
    return _read("people.yaml")


def teams() -> dict[str, dict[str, Any]]:
    """Return what teams say of themselves, by their slugs."""
    return _read("teams.yaml")


def scripts() -> Iterator[dict[str, Any]]:
    """Yield the scripts of the organisation and of each service."""
    for path in sorted((FOLDER / "services").glob("*.yaml")):
        yield _read(f"services/{path.name}")


def goals(name: str) -> Any:  # noqa: ANN401 -- a list of one file, the other holds names
    """Return what one file says of goals."""
    return yaml.load((FOLDER / "goals" / f"{name}.yaml").read_bytes(), yaml.CSafeLoader)


@cache
def texts(name: str) -> dict[str, dict[str, Any]]:
    """Return answers by the codes of items; a plain text is one that is in place."""
    entries = _read(f"answers/{name}.yaml")
    return {item: entry if isinstance(entry, dict) else {"text": entry} for item, entry in entries.items()}


class CatalogFiles:
    """Catalog files as an import reads them, under their plain names."""

    def __init__(self, names: list[str]) -> None:
        self.begin = names
        self.left_out: list[Any] = []

    def names(self) -> Iterator[str]:
        """Yield the files."""
        yield from self.begin

    def read(self, name: str) -> bytes:
        """Return the bytes of one."""
        return (FOLDER / "catalog" / name).read_bytes()

    def key(self, name: str) -> str:
        """Return the name itself."""
        return name

    def targets(self, name: str, target: str) -> list[str]:  # noqa: ARG002 -- these files point nowhere
        """Return nothing: no file here points at another."""
        return []


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load((FOLDER / name).read_bytes(), yaml.CSafeLoader)
    return content
