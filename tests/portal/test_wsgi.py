import resource

from django.test import RequestFactory

from portal import wsgi

DEPTHS = 120  # frames; more than a chunk of 16 KB holds


def deep(depth, work):
    return deep(depth - 1, work) if depth else work()


def leaf():
    return None


def loop():
    for _each in range(2_000):
        leaf()


def test_no_depth_of_calls_makes_a_loop_ask_the_kernel_for_memory(monkeypatch):
    faults = []

    def answer(_environ, _start_response):
        for depth in range(DEPTHS):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            deep(depth, loop)
            faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
        return []

    monkeypatch.setattr(wsgi, "_application", answer)
    wsgi.application(RequestFactory().get("/").environ, None)

    assert max(faults) < 1_000
