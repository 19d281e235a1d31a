"""Tokens: how they are made, what they let in, and how they end."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import rules, transitions
from apps.accounts.models import Actor, Token
from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from tests.api.asking import Program, token_for
from tests.factories import TeamFactory, UserFactory, lead_of, member_of
from tests.history import told

pytestmark = pytest.mark.django_db


def make(person, *, by=None, at=None, **values):
    values = {"name": "ci", "scope": "read", "days": 90} | values
    return transitions.make_token(person, by=by or Actor(person=person), at=at or timezone.now(), **values)


# making -----------------------------------------------------------------------------------------------------


def test_a_secret_is_returned_once_and_never_stored(ada):
    token, secret = make(ada)

    assert secret.startswith("roadworthy_")
    assert len(secret) > 50
    assert token.digest == rules.digest_of(secret)
    assert secret not in str(Token.objects.values().get())
    assert secret not in str(Event.objects.values().get())
    assert told(ada) == ["Ada made the token “ci”"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"scope": "everything"}, "scope"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"days": 10**30}, "days"),
        ({"team_id": 999}, "team"),
    ],
)
def test_a_token_is_not_made_with(ada, values, field):
    with pytest.raises(InvalidInputError) as refusal:
        make(ada, **values)

    assert refusal.value.field == field
    assert not Token.objects.exists()
    assert not Event.objects.exists()


def test_nobody_makes_a_token_for_somebody_else(ada):
    with pytest.raises(NotPermittedError):
        make(ada, by=Actor(person=UserFactory(is_admin=True)))


def test_a_token_makes_no_tokens(ada):
    with pytest.raises(NotPermittedError):
        make(ada, by=Actor(person=ada, token="ci"))


def test_who_may_not_sign_in_gets_no_token():
    gone = UserFactory(is_active=False)

    with pytest.raises(InvalidMoveError):
        make(gone)


def test_whoever_reloads_the_page_with_the_secret_makes_no_second_token(ada, client):
    client.force_login(ada)
    typed = {"name": "ci", "scope": "read", "days": "30", "team": ""}
    client.post(reverse("accounts:tokens"), typed)

    again = client.post(reverse("accounts:tokens"), typed)

    assert (again.status_code, Token.objects.count()) == (422, 1)


def test_nobody_keeps_more_tokens_than_they_can_know(ada, monkeypatch):
    monkeypatch.setattr(rules, "MOST_TOKENS", 1)
    make(ada)

    with pytest.raises(InvalidInputError, match="revoke one"):
        make(ada)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"team_id": 3}, {"team_name": "Payments"}, {"expires_at": "made_at"}]
)
def test_the_database_refuses_half_a_token(ada, now, wrong):
    values = {"name": "ci", "expires_at": now + timedelta(days=1)} | wrong
    if values["expires_at"] == "made_at":
        values["expires_at"] = now

    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.create(person=ada, digest="0" * 64, ending="0000", made_at=now, **values)


# speaking ---------------------------------------------------------------------------------------------------


def test_a_token_speaks_for_its_person(ada):
    assert Program(ada)("GET", "me/", status=200)["name"] == "Ada"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YWRhOmFkYQ==", "Bearer ä"]
)
def test_without_a_token_that_works_nobody_comes_in(ada, header):
    answer = Program()("GET", "me/", Authorization=header)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_of_somebody_deactivated_is_out_at_once(ada):
    program = Program(ada)
    program("GET", "me/", status=200)

    transitions.deactivate(ada, by=Actor.system("tests"), at=timezone.now())

    program("GET", "me/", status=401)


def test_a_token_does_not_come_back_with_its_person(ada, now):
    program, system = Program(ada), Actor.system("tests")

    transitions.deactivate(ada, by=system, at=now)
    transitions.reactivate(ada, by=system, at=now)

    program("GET", "me/", status=401)
    assert told(ada)[:2] == ["tests let Ada sign in again", "tests revoked the token “ci” of Ada"]


def test_an_expired_token_is_out(ada):
    long_ago = timezone.now() - timedelta(days=91)
    _token, secret = make(ada, at=long_ago)

    Program(secret=secret)("GET", "me/", status=401)


def test_a_revoked_token_is_out(ada):
    token, secret = make(ada)

    transitions.revoke_token(token, by=Actor(person=ada), at=timezone.now())

    Program(secret=secret)("GET", "me/", status=401)
    assert told(ada)[0] == "Ada revoked their token “ci”"


def test_a_token_of_the_demo_works_only_where_it_runs(settings):
    program = Program(UserFactory(is_demo=True))
    settings.DEMO = True
    program("GET", "me/", status=200)

    settings.DEMO = False

    program("GET", "me/", status=401)


def test_a_reading_token_changes_nothing(ada):
    refusal = Program(ada, scope="read")("PATCH", "me/", {"name": "Eve"}, status=403)

    ada.refresh_from_db()
    assert ada.name == "Ada"
    assert refusal["detail"].startswith("This token may only read")


def test_history_says_that_a_program_did_it(ada):
    Program(ada)("PATCH", "me/", {"name": "Ada Lind"}, status=200)

    assert Event.objects.get(verb="accounts.profile_edited").actor_name == "Ada (token ci)"


def test_a_use_is_noted_once_in_five_minutes(ada, django_assert_num_queries, time_machine):
    program = Program(ada)
    time_machine.move_to("2026-03-02 09:00Z", tick=False)
    with django_assert_num_queries(2):
        program("GET", "me/", status=200)
    with django_assert_num_queries(1):
        program("GET", "me/", status=200)

    time_machine.move_to("2026-03-02 09:05Z", tick=False)
    with django_assert_num_queries(2):
        program("GET", "me/", status=200)

    assert Token.objects.get().last_used_at.isoformat() == "2026-03-02T09:05:00+00:00"


def test_a_teams_token_reaches_that_team_alone():
    team, other = TeamFactory(), TeamFactory()
    noor = lead_of(team, is_enablement=True, is_admin=True).person
    noor.team_ids.append(other.pk)
    noor.lead_ids.append(other.pk)
    noor.save()
    program = Program(noor, team_id=team.pk, team_name=team.name)

    me = program("GET", "me/", status=200)

    assert (me["team_ids"], me["lead_ids"], me["roles"]) == ([team.pk], [team.pk], [])
    program("POST", "teams/", {"name": "New"}, status=403)
    program("PATCH", f"teams/{team.slug}/", {"mission": "Ours"}, status=200, If_Match='"1"')
    program("PATCH", f"teams/{other.slug}/", {"mission": "Theirs"}, status=403, If_Match='"1"')
    noor.refresh_from_db()
    assert (noor.team_ids, noor.is_admin) == ([team.pk, other.pk], True)  # narrowed for the request only


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "inbox/"), ("PATCH", "me/"), ("PUT", "walkthroughs/1/signature/")]
)
def test_a_teams_token_does_nothing_in_person(method, path):
    team = TeamFactory()
    program = Program(member_of(team).person, team_id=team.pk, team_name=team.name)

    program(method, path, {}, status=403)


def test_a_teams_token_ends_when_its_maker_leaves_the_team():
    team = TeamFactory()
    person = member_of(team).person
    program = Program(person, team_id=team.pk, team_name=team.name)
    person.team_ids = []
    person.save()

    program("GET", "me/", status=401)


def test_who_asks_too_often_waits(ada, settings, time_machine):
    settings.API_REQUESTS_PER_MINUTE = 2
    time_machine.move_to("2026-12-01 09:00:40Z", tick=False)
    program = Program(ada)

    answers = [program("GET", "me/") for _ in range(3)]
    time_machine.move_to("2026-12-01 09:01Z", tick=False)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "20"
    program("GET", "me/", status=200)


def test_whoever_guesses_tokens_waits_too(settings, time_machine):
    settings.API_STRANGERS_PER_MINUTE = 2
    time_machine.move_to("2026-12-01 09:00Z", tick=False)

    answers = [Program(secret=f"guess-{number}")("GET", "me/") for number in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]


# the API ----------------------------------------------------------------------------------------------------


def browser(person):
    """Return somebody's signed-in browser, which asks the API without a token."""
    program = Program()
    program.client.force_login(person)
    return program


def numbers(page):
    return [token["id"] for token in page["results"]]


def test_a_browser_makes_a_token_and_sees_its_secret_this_once(ada):
    program = browser(ada)

    answer = program("POST", "tokens/", {"name": "ci", "scope": "write", "days": 30})
    made = answer.json()

    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert Program(secret=made["secret"])("GET", "me/", status=200)["token"]["name"] == "ci"
    shown = program("GET", f"tokens/{made['id']}/", status=200)
    assert shown == {name: value for name, value in made.items() if name != "secret"} | {
        "last_used_at": shown["last_used_at"]
    }
    assert made["secret"] not in program("GET", "tokens/").content.decode()


def test_a_browser_makes_a_token_for_its_own_team_alone():
    team, other = TeamFactory(name="Payments"), TeamFactory()
    program = browser(member_of(team).person)
    values = {"name": "ci", "scope": "read", "days": 7}

    made = program("POST", "tokens/", values | {"team": team.pk}, status=201)
    refused = program("POST", "tokens/", values | {"team": other.pk}, status=422)

    assert (made["team_id"], made["team_name"]) == (team.pk, "Payments")
    assert list(refused["errors"]) == ["team"]
    assert Token.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"days": 0}, {"days": 367}, {"scope": "all"}, {"name": ""}, {"secret": "x"}]
)
def test_what_cannot_be_a_token_is_refused(ada, wrong):
    browser(ada)("POST", "tokens/", {"name": "ci", "scope": "read", "days": 7} | wrong, status=400)

    assert not Token.objects.exists()


def test_no_token_makes_another_not_even_a_narrower_one(ada):
    program = Program(ada)

    program("POST", "tokens/", {"name": "child", "scope": "read", "days": 1}, status=403)

    assert Token.objects.count() == 1


def test_somebody_elses_page_makes_no_token(ada):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)

    answer = strict.post(
        "/api/v1/tokens/", {"name": "ci", "scope": "read", "days": 7}, content_type="application/json"
    )

    assert answer.status_code == 403
    assert not Token.objects.exists()


def test_people_list_their_own_and_leads_those_of_the_team():
    team = TeamFactory(name="Payments")
    member, lead = member_of(team).person, lead_of(team).person
    _secret, of_team = token_for(member, team_id=team.pk, team_name=team.name)
    _secret, private = token_for(member)
    secret, own = token_for(lead)
    token_for(member, revoked_at=timezone.now())

    assert numbers(Program(secret=secret)("GET", "tokens/", status=200)) == [own.pk, of_team.pk]
    assert numbers(browser(member)("GET", "tokens/", status=200)) == [private.pk, of_team.pk]
    Program(secret=secret)("GET", f"tokens/{private.pk}/", status=404)
    Program(secret=secret)("GET", "tokens/everybody/", status=403)


def test_a_lead_revokes_the_teams_tokens_and_nobody_elses():
    team = TeamFactory()
    member = member_of(team).person
    secret, of_team = token_for(member, team_id=team.pk, team_name=team.name)
    _secret, private = token_for(member)
    program = Program(lead_of(team).person)

    revoked = program("POST", f"tokens/{of_team.pk}/revoke/", status=200)
    program("POST", f"tokens/{of_team.pk}/revoke/", status=409)
    program("POST", f"tokens/{private.pk}/revoke/", status=404)

    assert revoked["revoked_at"]
    Program(secret=secret)("GET", "me/", status=401)


def test_administrators_see_and_revoke_everybodys(ada):
    secret, theirs = token_for(ada)
    root = UserFactory(is_admin=True)
    program = Program(root)

    everybody = program("GET", "tokens/everybody/", status=200)
    assert [(one["person"]["name"], one["id"]) for one in everybody["results"]][1:] == [("Ada", theirs.pk)]
    assert theirs.pk not in numbers(program("GET", "tokens/", status=200))
    program("GET", f"tokens/{theirs.pk}/", status=200)
    program("POST", f"tokens/{theirs.pk}/revoke/", status=200)

    Program(secret=secret)("GET", "me/", status=401)
    assert told(ada)[0] == f"{root} (token ci) revoked the token “ci” of Ada"


def test_a_token_that_leaked_ends_itself(ada):
    secret, token = token_for(ada)

    Program(secret=secret)("POST", f"tokens/{token.pk}/revoke/", status=200)

    Program(secret=secret)("GET", "me/", status=401)


def test_a_reading_token_revokes_nothing_and_a_teams_token_sees_none(ada):
    team = TeamFactory()
    _secret, token = token_for(ada)

    Program(ada, scope="read")("POST", f"tokens/{token.pk}/revoke/", status=403)
    Program(lead_of(team).person, team_id=team.pk, team_name=team.name)("GET", "tokens/", status=403)


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_takes_the_same_queries_for_any_number(ada, count, django_assert_num_queries):
    for _ in range(count):
        token_for(ada)
    program = Program(ada)
    program("GET", "me/", status=200)

    with django_assert_num_queries(2):
        program("GET", "tokens/", status=200)


# pages ------------------------------------------------------------------------------------------------------


def text(answer):
    return answer.content.decode()


def test_the_page_shows_a_new_secret_this_once(client, ada):
    client.force_login(ada)

    made = client.post(reverse("accounts:tokens"), {"name": "ci", "scope": "write", "days": "30", "team": ""})
    later = client.get(reverse("accounts:tokens"))

    secret = made.context["secret"]
    assert secret in text(made)
    assert "no-store" in made["Cache-Control"]
    assert secret not in text(later)
    assert f"ends in {secret[-4:]}" in text(later)
    Program(secret=secret)("GET", "me/", status=200)


def test_a_token_for_a_team_is_made_by_its_name(client):
    team = TeamFactory(name="Payments")
    ada = member_of(team).person
    client.force_login(ada)

    client.post(reverse("accounts:tokens"), {"name": "ci", "scope": "read", "days": "30", "team": team.pk})

    token = Token.objects.get()
    assert (token.team_id, token.team_name) == (team.pk, "Payments")


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scope": "all"}, {"days": "400"}, {"team": "7"}, {"name": "a\0"}]
)
def test_a_refused_token_comes_back_as_a_form(client, ada, wrong):
    client.force_login(ada)

    answer = client.post(reverse("accounts:tokens"), {"name": "ci", "scope": "read", "days": "30"} | wrong)

    assert answer.status_code == 422
    assert not Token.objects.exists()


def test_revoking_asks_first_and_tells_what_it_ends(client, ada):
    _secret, token = token_for(ada)
    client.force_login(ada)

    html = client.get(reverse("accounts:revoke_token", args=[token.pk])).content.decode()

    assert ("data-dialog-content" in html, "nobody can undo this" in html, "never used" in html) == (
        True,
    ) * 3
    token.refresh_from_db()
    assert token.revoked_at is None


def test_people_revoke_their_own_and_administrators_everybodys(client, ada):
    _secret, own = token_for(ada)
    _secret, other = token_for(UserFactory())
    client.force_login(ada)

    mine = client.post(reverse("accounts:revoke_token", args=[own.pk]), follow=True)
    theirs = client.post(reverse("accounts:revoke_token", args=[other.pk]))
    client.force_login(UserFactory(is_admin=True))
    by_admin = client.post(reverse("accounts:revoke_token", args=[other.pk]), {"back": "all"}, follow=True)

    assert "no longer works" in text(mine)
    assert theirs.status_code == 404
    assert "no longer works" in text(by_admin)
    assert not Token.objects.filter(revoked_at=None).exists()


def test_a_lead_sees_and_revokes_the_tokens_of_the_team(client):
    team = TeamFactory(name="Payments")
    _secret, token = token_for(member_of(team).person, team_id=team.pk, team_name=team.name)
    _secret, private = token_for(member_of(team).person)
    client.force_login(lead_of(team).person)

    page = text(client.get(reverse("accounts:tokens")))
    statuses = [
        client.post(reverse("accounts:revoke_token", args=[one.pk])).status_code for one in (token, private)
    ]

    assert page.count("ends in") == 1
    assert statuses == [302, 404]


def test_everybodys_tokens_are_for_administrators(client, ada):
    token_for(ada)
    client.force_login(ada)
    assert client.get(reverse("accounts:all_tokens")).status_code == 403

    client.force_login(UserFactory(is_admin=True))

    assert "ends in" in text(client.get(reverse("accounts:all_tokens")))


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("name", ["tokens", "all_tokens"])
def test_the_lists_take_the_same_queries_for_any_number(client, name, count, django_assert_num_queries):
    admin = UserFactory(is_admin=True)
    for _ in range(count):
        token_for(admin)
    client.force_login(admin)

    with django_assert_num_queries(3):  # session, person, tokens
        client.get(reverse(f"accounts:{name}"))


# the command ------------------------------------------------------------------------------------------------


def test_the_command_prints_the_token_alone(ada, capsys):
    call_command("create_token", "Ada@example.org", "--days", "7")

    secret = capsys.readouterr().out.removesuffix("\n")
    assert Program(secret=secret)("GET", "me/", status=200)["token"]["scope"] == "write"
    assert "\n" not in secret


@pytest.mark.parametrize("arguments", [["eve@example.org"], ["ada@example.org", "--days", "0"]])
def test_the_command_refuses(ada, arguments):
    with pytest.raises(CommandError):
        call_command("create_token", *arguments)

    assert not Token.objects.exists()
