"""Who gets what answer from the routes of webhooks.

One's own is told of one's account; that of another person is told of a programme, so that
those who may have such a one read it, and pause and end it, too.
"""

from tests.access_matrix import Matrix, Row, answers


def _of(own: int, looked_at: int) -> dict[str, Row]:
    return {
        "own": answers(own),
        "other": answers(404, staff=looked_at, lead=looked_at, admin=looked_at),
        "hidden": answers(404),
    }


EXPECTED: Matrix = {
    "list_webhooks": {"any": answers(200)},
    "create_webhook": {"any": answers(201)},
    "read_webhook": _of(200, 200),
    "change_webhook": _of(412, 403),
    "rotate_webhook": _of(200, 403),
    "take_webhook_step pause": _of(200, 200),
    "take_webhook_step end": _of(200, 200),
    "take_webhook_step start": _of(409, 403),
    "ping_webhook": _of(200, 403),
    "replay_webhook": _of(200, 403),
    "list_deliveries": _of(200, 200),
    "replay_delivery": _of(200, 403),
}
