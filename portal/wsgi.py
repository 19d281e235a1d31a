"""The application that the web server runs."""

import os
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.core.wsgi import get_wsgi_application

from apps.core.uploads import with_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
_application = get_wsgi_application()
ROOM: Final = 7_500  # slots of a frame, so that CPython takes a chunk of 128 KB and leaves half of it free


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request, with room for all the calls that this takes.

    CPython keeps the frames of calls in chunks of 16 KB and gives a chunk back when the first frame in it
    ends. A loop that happens to lie on the border of two makes each of its calls ask the kernel for memory:
    1,600 page faults for one area of the ten, half of its time. A frame that wants much gets a larger one.
    """
    return _application(with_length(environ), start_response)


application.__code__ = application.__code__.replace(co_stacksize=ROOM)
