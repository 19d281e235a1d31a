"""Conditions that are data, in the Common Expression Language; the only module that knows the library."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import cel


@lru_cache(maxsize=2000)
def _compiled(expression: str) -> cel.Program:
    return cel.compile(expression)


def holds(expression: str, variables: Mapping[str, Any]) -> bool:
    """Tell whether a condition is true; it was checked by `problem` when it was taken in."""
    return bool(_compiled(expression).execute(dict(variables)))


def problem(expression: str, examples: Iterable[Mapping[str, Any]]) -> str:
    """Return why a condition cannot be used, in one sentence; nothing when it answers all examples."""
    try:
        answers = [_compiled(expression).execute(dict(example)) for example in examples]
    except (ValueError, TypeError, RuntimeError, LookupError) as error:
        return f"“{expression}” is no condition that can be answered: {str(error).splitlines()[0]}"
    if any(not isinstance(answer, bool) for answer in answers):
        return f"“{expression}” does not answer with yes or no."
    return ""
