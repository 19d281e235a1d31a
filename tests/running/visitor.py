"""Somebody with a browser, as far as cookies, forms and uploads go."""

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """Keeps cookies between requests; `base` is where the portal answers."""

    def __init__(self, base):
        self.base = base
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path, **headers):
        """Return status, text and headers of a page, whatever the status."""
        return self._ask(path, None, headers)

    def send(self, path, *, page="", **fields):
        """Fill in the form of a page and send it."""
        fields["csrfmiddlewaretoken"] = self._token(page or path)
        return self._ask(path, urlencode(fields).encode(), {})

    def upload(self, path, *, field, name, content, **headers):
        """Send a file by the form of the same page."""
        line, token = "a-line-between", self._token(path)
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n',
            f'--{line}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n',
            f"{content}\r\n--{line}--\r\n",
        ]
        headers["Content-Type"] = f"multipart/form-data; boundary={line}"
        return self._ask(path, "".join(parts).encode(), headers)

    def _token(self, path):
        return TOKEN.search(self.get(path).text)[1]

    def _ask(self, path, body, headers):
        address = path if path.startswith("http") else f"{self.base}{path}"
        request = Request(address, body, headers)  # noqa: S310 -- of our own server
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Answer(answer)
        except HTTPError as answer:
            return Answer(answer)


class Answer:
    """What came back, after redirects."""

    def __init__(self, answer):
        self.status, self.url, self.headers = answer.status, answer.url, answer.headers
        self.content = answer.read()

    @property
    def text(self):
        return self.content.decode()
