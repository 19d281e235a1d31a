import pytest
from django.core.exceptions import ValidationError

from apps.core.errors import InvalidInputError
from apps.core.forms import Line, Text
from apps.core.text import clean_line, clean_text, inside_sentence, words_in


def test_text_keeps_its_lines_and_loses_what_follows_the_last_word():
    assert clean_text("  a\r\nb\rc  \n\n", field="note", limit=20) == "  a\nb\nc"


def test_a_line_loses_the_space_around_it():
    assert clean_line("  Ada Lövelace\t", field="name") == "Ada Lövelace"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a\0b", "Short note holds a character that cannot be stored (U+0000)."),
        ("a\ud800b", "Short note holds half a character (a lone surrogate)."),
        ("x" * 1001, "Short note has 1,001 characters; at most 1,000 are kept."),
    ],
)
@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_what_cannot_be_stored_is_refused_with_the_name_of_the_field(clean, value, message):
    with pytest.raises(InvalidInputError) as refused:
        clean(value, field="short_note", limit=1000)

    assert (str(refused.value), refused.value.field, refused.value.status) == (message, "short_note", 422)


@pytest.mark.parametrize(
    "value", ["Ada\nBcc: eve@example.org", "Ada\rEve", "a\u2028b", "a\u2029b", "a\x1bb", "a\x85b"]
)
def test_a_line_cannot_become_a_header(value):
    with pytest.raises(InvalidInputError, match="must be one line"):
        clean_line(value, field="name")


@pytest.mark.parametrize("value", ["  ", "\u200b", "\u200d\ufeff", "\u202e", "\u00ad \u2060"])
def test_a_line_that_is_needed_is_asked_for(value):
    with pytest.raises(InvalidInputError, match="Name is needed"):
        clean_line(value, field="name", is_required=True)


@pytest.mark.parametrize("value", ["Ada", "\u200f\u05e9\u05dc", "👩\u200d💻", "—", "名"])
def test_whatever_shows_is_a_line(value):
    assert clean_line(value, field="name", is_required=True) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Line(label="Name"), "x" * 201),
        (Line(label="Name"), "a\nb"),
        (Line(label="Name"), "a\0b"),
        (Line(label="Name"), " "),
        (Line(label="Name"), "\u200b"),
        (Text(label="Note", limit=10), "x" * 11),
        (Text(label="Note", limit=10), "a\0b"),
    ],
)
def test_form_fields_follow_the_same_rules(field, value):
    with pytest.raises(ValidationError):
        field.clean(value)


def test_form_fields_return_clean_text():
    assert Text(label="Note", limit=10).clean("a\r\nb\n") == "a\nb"
    assert Line(label="Name", required=False).clean(None) == ""


def test_line_ends_do_not_count_twice():
    assert Text(label="Note", limit=3).clean("a\r\nb") == "a\nb"


@pytest.mark.parametrize(
    ("asked", "words"),
    [(" on  call ", "on  call"), ("a\0b", "ab"), ("x" * 11, "x" * 10), ("\0", ""), ("", "")],
)
def test_words_of_an_address_are_cut_and_never_refused(asked, words):
    assert words_in(asked, limit=10) == words


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ("Rebuilding the courier app", "rebuilding the courier app"),
        ("The partner pages", "the partner pages"),
        ("Norway's rollout", "Norway's rollout"),
        ("API keys for partners", "API keys for partners"),
        ("a live map", "a live map"),
        ("", ""),
    ],
)
def test_words_go_on_inside_a_sentence_and_names_keep_their_capital(words, inside):
    assert inside_sentence(words) == inside
