"""A mail server of our own, on good and on bad days: real SMTP over a real socket."""

from collections import Counter
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Lock, Thread


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class MailServer:
    """Counts what it said yes to, by recipient and subject; `mood` decides how it answers."""

    def __init__(self):
        self.mood = "well"
        self.taken = Counter()
        self.asked = self.dropped = 0
        self.released = Event()  # what hangs goes on
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def number(self):
        """Return how many messages it has taken, each repetition too."""
        return self.taken.total()

    @property
    def repeated(self):
        """Return how many it was given once more than needed."""
        return sum(times - 1 for times in self.taken.values())

    def took(self, recipient, subject):
        with self._lock:
            self.taken[recipient, subject] += 1

    def begin(self):
        with self._lock:
            self.asked += 1

    def close(self):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self):
        server = self

        class Handler(Conversation):
            mail = server

        return Handler


class Conversation(StreamRequestHandler):
    """As much of RFC 5321 as a client of ours speaks."""

    mail = None
    timeout = 600

    def handle(self):
        with suppress(ConnectionError, TimeoutError):
            self._say("220 mail.test ESMTP")
            recipient = ""
            while line := self.rfile.readline():
                verb, _space, rest = line.decode().strip().partition(" ")
                match verb.upper():
                    case "EHLO" | "HELO" | "MAIL" | "RSET" | "NOOP":
                        self._say("250 fine")
                    case "RCPT":
                        recipient = rest[rest.index("<") + 1 : rest.index(">")]
                        self._say(self._answer_to_a_recipient())
                    case "DATA":
                        if not self._take(recipient):
                            return
                    case "QUIT":
                        self._say("221 bye")
                        return
                    case _:
                        self._say("502 what?")

    def _answer_to_a_recipient(self):
        self.mail.begin()
        return {"busy": "450 try later", "refuses": "550 no such user"}.get(self.mail.mood, "250 fine")

    def _take(self, recipient):
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.decode())
        mood = self.mail.mood
        if mood == "hangs":
            self.mail.released.wait()
            return False
        if mood == "thinks":  # and says yes once it is released
            self.mail.released.wait()
        subject = next(line[9:].strip() for line in lines if line.startswith("Subject: "))
        self.mail.took(recipient, subject)
        if mood == "drops":  # it has the message, and its yes never arrives
            self.mail.dropped += 1
            return False
        self._say("250 taken")
        return True

    def _say(self, answer):
        self.wfile.write(f"{answer}\r\n".encode())
