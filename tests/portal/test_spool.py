"""The embedded broker: files in a folder."""

import shutil
from queue import Empty

import pytest
from kombu import Connection

from portal import celery  # noqa: F401 -- puts our transport in its place
from portal.home import spool

pytestmark = pytest.mark.thorough

RING = (
    b'{"body": "cmluZw==", "content-encoding": "utf-8", "content-type": "text/plain", "headers": {}, '
    b'"properties": {"body_encoding": "base64", "delivery_tag": "1", "delivery_info": {}}}'
)


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


def test_a_folder_that_is_away_is_waited_for_and_said_once_each_time(tmp_path, caplog):
    home = tmp_path / "spool"
    with Connection("filesystem://", transport_options=spool(home)) as connection:
        queue = connection.SimpleQueue("whistles")
        for number in (1, 2):
            shutil.rmtree(home)
            home.touch()  # nobody can make the folder while there is a file of its name
            for _ in range(3):
                with pytest.raises(Empty):
                    queue.get(block=False)
            assert caplog.text.count("the spool cannot be read") == number
            home.unlink()
            with pytest.raises(Empty):
                queue.get(block=False)
            (home / "messages" / "0_0.whistles.msg").write_bytes(RING)

            message = queue.get(block=False)

            assert message.payload == "ring"
            message.ack()
        queue.close()
