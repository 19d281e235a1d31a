"""What the rows of the API of quarters, objectives, key results, metrics and check-ins send."""

from datetime import timedelta

from apps.okrs import queries

STATES = ("idea", "draft", "active", "grading")


def written(world):
    """Return the bodies by the end of their address, which names the API."""
    api, team = "/v1/okrs", world.team.slug
    today = world.now.date()
    page = queries.quarter(world.names["cycle"], team)
    order = [one.pk for one in queries.listed(page)]
    goal, quarter = f"{api}/objectives", f"{api}/cycles/{{cycle}}/teams/{{team}}"
    sentence, metric, said = f"{api}/key-results", f"{api}/metrics/{{metric}}", f"{api}/check-ins"
    bare = ("begin", "begin-grading", "close")
    steps = ("begin-grading", "back-to-work", "make-draft", "make-idea")
    terms = {"kind": "sentence", "why": "external", "reason": "Nobody counts any more"}
    value = {"value": "80"}
    begun = {"team": team, "cycle": world.names["cycle"], "priorities": "Calls"}
    nothing = {
        *(f"{api}/cycles/{{cycle}}/{step}/" for step in bare),
        *(f"{goal}/{{okr_{state}}}/{step}/" for state in STATES for step in steps),
        *(f"{metric}/{step}/" for step in ("archive", "restore")),
        *(f"{said}/{{{one}}}/{step}/" for one in ("said", "begun") for step in ("publish", "correct")),
        f"{said}/{{said}}/acknowledge/",
    }
    return {key: {} for key in nothing} | {
        f"{api}/cycles/{{closed_cycle}}/reopen/": {"reason": "One grade"},
        f"{quarter}/toward/": {"toward": "Quiet nights"},
        f"{quarter}/order/": {"order": order[::-1], "reason": "So"},
        f"{goal}/": {"team": team, "cycle": world.names["cycle"], "title": "Nights are quiet"},
        f"{goal}/{{sketch_objective}}/": {"why": "Sleep"},
        f"{goal}/{{goal_objective}}/correction/": {"title": "X", "why": "", "instead_of": "", "reason": "So"},
        f"{goal}/{{sketch_objective}}/details/": {"tags": ["nights"]},
        f"{goal}/{{sketch_objective}}/key-results/": {"titles": ["Calls fall"]},
        f"{goal}/{{sketch_objective}}/adopt/": {},
        f"{goal}/{{okr_agreed}}/activate/": {"reason": "We know"},
        f"{goal}/{{sketch_objective}}/defer/": {"horizon": "next", "reason": "Later"},
        f"{goal}/{{okr_waiting}}/take-up/": {"cycle": world.names["cycle"]},
        f"{goal}/{{sketch_objective}}/withdraw/": {},
        f"{goal}/{{goal_objective}}/stop/": {"reason": "So"},
        f"{goal}/{{graded_objective}}/close/": {"verdict": "keep", "note": "Go on"},
        f"{goal}/{{goal_objective}}/thread/": {"text": "Why?"},
        f"{goal}/{{hidden_objective}}/thread/": {"text": "Why?"},
        f"{sentence}/{{sketch_key_result}}/": {"title": "Calls fall"},
        f"{sentence}/{{sketch_key_result}}/measure/": {"kind": "sentence"},
        f"{sentence}/{{goal_key_result}}/terms/": terms,
        f"{sentence}/{{sketch_key_result}}/place/": {"places": 1},
        f"{sentence}/{{sketch_key_result}}/drop/": {"reason": "So"},
        f"{sentence}/{{grading_key_result}}/grade/": {"grade": "0.7", "reason": "So"},
        f"{sentence}/{{kr_draft}}/milestones/": {"title": "EU"},
        f"{api}/milestones/{{milestone}}/reach/": {"done_on": None},
        f"{api}/metrics/": {"team": team, "name": "Refunds"},
        f"{metric}/": {"unit": "calls"},
        f"{metric}/values/": {"values": [{"on_date": today.isoformat()} | value]},
        f"{metric}/values/2026-01-02/": value,
        f"{metric}/paste/": {"text": f"{today - timedelta(days=1)}\t80"},
        f"{metric}/tensions/": {"other": "theirs", "note": "So"},
        f"{said}/": begun,
        f"{said}/{{begun}}/": {"priorities": "Grades"},
    }
