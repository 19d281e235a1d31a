"""A browser without scripts over Django's test client: it follows links and sends the forms of a page."""

from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import tinyhtml5
from django.test import Client

FIELDS = {"input", "select", "textarea"}


class PlainBrowser:
    """Knows only what stands in the HTML: a control that needs a script does not exist for it."""

    def __init__(self, person=None):
        self.client = Client(enforce_csrf_checks=True)
        if person:
            self.client.force_login(person)

    def get(self, address):
        self._take(self.client.get(address, follow=True), address)
        return self

    def follow(self, label, *, within=""):
        """Follow the link with these words."""
        links = [node for node in self._in(within).iter("a") if self._is_shown(node) and _named(node, label)]
        assert links, f"no link “{label}” on {self.address}:\n{self.text}"
        return self.get(urljoin(self.address, links[0].get("href")))

    def press(self, label, *, within="", **values):
        """Press the button with these words, with some fields of its form filled in."""
        buttons = [node for node in self._in(within).iter("button") if self._is_shown(node)]
        buttons = [node for node in buttons if _named(node, label) and node.get("type") != "button"]
        assert buttons, f"no button “{label}” on {self.address}:\n{self.text}"
        assert "disabled" not in buttons[0].attrib
        form = self._form_of(buttons[0])
        data = Filled(self._fields_of(form)).with_values(values)
        if buttons[0].get("name"):
            data.pairs.append((buttons[0].get("name"), buttons[0].get("value", "")))
        return self._send(form, data)

    def _send(self, form, data):
        address = urljoin(self.address, form.get("action") or self.address)
        if form.get("method", "get").lower() == "get":
            return self.get(f"{address}?{urlencode(data.pairs)}")
        if form.get("enctype") == "multipart/form-data":
            answer = self.client.post(address, dict(data.pairs) | data.files, follow=True)
        else:
            kind = "application/x-www-form-urlencoded"
            answer = self.client.post(address, urlencode(data.pairs), content_type=kind, follow=True)
        self._take(answer, address)
        return self

    def _take(self, answer, address):
        if answer.redirect_chain:
            address = urljoin(address, answer.redirect_chain[-1][0])
        self.answer, self.status = answer, answer.status_code
        self.address = address
        self.path = urlsplit(address).path
        self.tree, self.parents = None, {}
        if answer["Content-Type"].startswith("text/html"):
            self.tree = tinyhtml5.parse(answer.content.decode(), namespace_html_elements=False)
            self.parents = {child: node for node in self.tree.iter() for child in node}

    @property
    def text(self):
        """Return what a person reads in the content of the page."""
        main = next(self.tree.iter("main"))
        return " ".join("".join(self._words(main)).split())

    def value_of(self, name):
        """Return what the first field of this name holds."""
        return next(
            _value(node) for node in self.tree.iter() if node.get("name") == name and node.tag in FIELDS
        )

    def _words(self, node):
        if node.tag in {"script", "dialog", "template"} or not isinstance(node.tag, str):
            return
        yield node.text or ""
        for child in node:
            yield from self._words(child)
            yield child.tail or ""
        yield " " if node.tag not in {"a", "b", "span", "ins", "del", "em"} else ""

    def _in(self, place):
        if not place:
            return self.tree
        return next(node for node in self.tree.iter() if node.get("id") == place)

    def _is_shown(self, node):
        """Tell whether somebody without scripts can reach a control: a closed dialog never opens."""
        while node is not None:
            if node.tag == "dialog" or "only-script" in node.get("class", "").split():
                return False
            node = self.parents.get(node)
        return True

    def _form_of(self, node):
        if node.get("form"):
            return self._in(node.get("form"))
        while node.tag != "form":
            node = self.parents[node]
        return node

    def _fields_of(self, form):
        return [
            node
            for node in form.iter()
            if node.tag in FIELDS and node.get("name") and "disabled" not in node.attrib
        ]


@dataclass
class Filled:
    """The fields of a form with what they hold."""

    nodes: list
    pairs: list = field(default_factory=list)
    files: dict = field(default_factory=dict)

    def with_values(self, values):
        """Put in what somebody typed; a list is for several boxes of one name."""
        names = {node.get("name") for node in self.nodes}
        assert values.keys() <= names, f"the form has {sorted(names)}"
        for node in self.nodes:
            name = node.get("name")
            if node.get("type") == "file":
                self.files[name] = values.get(name, "")
            elif name not in values:
                self.pairs += [(name, held) for held in _held(node)]
        for name, typed in values.items():
            if name not in self.files:
                several = typed if isinstance(typed, list) else [typed]
                self.pairs += [(name, _as_sent(one)) for one in several if one is not None]
        return self


def _named(node, label):
    words = " ".join("".join(node.itertext()).split())
    return label in {words, node.get("aria-label")}


def _value(node):
    return next(iter(_held(node)), "")


def _held(node):
    """Yield what a browser would send for a field that nobody touched."""
    if node.tag == "textarea":
        yield _as_sent("".join(node.itertext()))  # the parser has dropped the first line end, as browsers do
    elif node.tag == "select":
        options = list(node.iter("option"))
        chosen = [one for one in options if "selected" in one.attrib]
        if not chosen and "multiple" not in node.attrib:
            chosen = options[:1]
        yield from (one.get("value", "".join(one.itertext())) for one in chosen)
    elif node.get("type") not in {"checkbox", "radio"} or "checked" in node.attrib:
        yield node.get("value", "on" if node.get("type") in {"checkbox", "radio"} else "")


def _as_sent(text):
    """Return a text with the line ends that browsers send."""
    return str(text).replace("\r\n", "\n").replace("\n", "\r\n")
