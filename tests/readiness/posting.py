"""How tests send the form of one item."""

from tests.factories.readiness import answer_of


def values(answer, **changed):
    return {
        "revision": answer.revision,
        "state": answer.state,
        "text": answer.text,
        "owner": answer.owner_id or "",
        "due_on": answer.due_on or "",
        "reason": answer.reason,
    } | changed


def post(client, url, assessment, item, headers=None, **changed):
    return client.post(
        url("save", item), values(answer_of(assessment, item), **changed), headers=headers or {}
    )
