import pytest

from apps.activity.queries import kinds

OURS = [kind for verb, kind in sorted(kinds().items()) if verb.startswith("catalog.")]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.verb)
def test_every_example_is_whole_and_reads_as_a_sentence(kind):
    event = kind(**kind.example)

    sentence = kind.sentence.format(actor="Ada", subject="Ledger", **kind.example)

    assert vars(event) == kind.example
    assert sentence.startswith("Ada ")
