import socket

from apps.core.management.commands import serve


def test_an_open_port_is_no_answer(monkeypatch):
    """A web server opens its port, and only then loads what answers."""
    monkeypatch.setattr(serve, "PATIENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert serve._is_taken("127.0.0.1", port)
        assert not serve._answers("127.0.0.1", port)
    assert not serve._answers("127.0.0.1", port)
