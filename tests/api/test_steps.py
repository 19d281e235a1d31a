"""The API has every step that people take in pages."""

import ast

from tests.steps import APPS, units

ELSEWHERE = {  # why a step has no line of its own in the API
    "notifications.choose_daily_mail": "a link in a mail; PUT me/notifications/ has it",
    "notifications.choose_way": "a link in a mail; PUT me/notifications/ has it",
    "accounts.settle": "a browser says its zone; PATCH me/ says zone and hours, and pages ask no more",
    "accounts.prove_second_factor": "part of signing in; a program has a token instead",
}


def called(*layers):
    """Return the steps that files of these layers take: `transitions.move(…)`, or by an imported name."""
    known = {f"{unit.app}.{unit.name}" for unit in units() if unit.is_step}
    found = set()
    for layer in layers:
        for path in [*APPS.glob(f"*/{layer}.py"), *APPS.glob(f"*/{layer}/**/*.py")]:
            app = path.relative_to(APPS).parts[0]
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Attribute(value=ast.Name(id="transitions"), attr=name):
                        found.add(f"{app}.{name}")
                    case ast.ImportFrom(module=str(module)) if module.endswith(".transitions"):
                        found |= {f"{module.split('.')[1]}.{alias.name}" for alias in node.names}
    return found & known


def test_the_api_has_every_step_of_the_pages():
    in_pages, in_the_api = called("views"), called("api", "http")

    assert len(in_pages) > 60
    assert in_pages - in_the_api == set(ELSEWHERE)
    assert in_the_api - called("views", "http") == set()
