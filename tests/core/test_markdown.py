import pytest

from apps.core.markdown import to_html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src="x" onerror="alert(1)">',
        "![x](http://tracker.example/x.png)",
    ],
)
def test_nothing_that_runs_or_loads_survives(text):
    html = to_html(text)

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_tables_and_lists_become_html():
    html = to_html("| a | b |\n|---|---|\n| 1 | 2 |\n\n- one")

    assert "<td>1</td>" in html
    assert "<li>one</li>" in html
