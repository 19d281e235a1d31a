"""The embedded broker: files in a folder."""

from kombu import Connection

from portal import celery  # noqa: F401 -- puts our transport in its place
from portal.home import spool


def test_half_a_message_is_passed_over_and_the_next_one_read(tmp_path):
    with Connection("filesystem://", transport_options=spool(tmp_path)) as connection:
        queue = connection.SimpleQueue("bells")
        (tmp_path / "messages" / "0_0.bells.msg").write_bytes(b"")
        (tmp_path / "messages" / "0_1.bells.msg").write_bytes(b'{"body": ')
        queue.put("ring")

        message = queue.get(timeout=10)

        assert message.payload == "ring"
        message.ack()
        queue.close()
