"""The export of traces: to a real collector if one is named, and nothing of it otherwise."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.thorough
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ASK = f"""
from django.test import Client
from portal.wsgi import application
from portal.telemetry import exporter
from apps.core import tracing
Client().get("/healthz", headers={{"traceparent": "00-{TRACE}-00f067aa0ba902b7-01"}})
with tracing.step("jobs.report", parent="00-{TRACE}-00f067aa0ba902b7-01") as inside:
    assert inside[3:35] == "{TRACE}"
from opentelemetry import trace
trace.get_tracer_provider().force_flush()
"""
LOOK = """
import json, sys
import portal.wsgi, portal.celery
print(json.dumps([name for name in sys.modules if name.startswith("opentelemetry")]))
"""


class Collector(BaseHTTPRequestHandler):
    """Takes what OTLP over HTTP sends."""

    spans = []

    def do_POST(self):
        body = ExportTraceServiceRequest()
        body.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
        for resource in body.resource_spans:
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture
def collector():
    Collector.spans.clear()
    server = HTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(code, home, **environment):
    clean = {
        "PATH": os.environ["PATH"],
        "ROADWORTHY_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=clean | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_request_and_a_job_are_spans_of_the_callers_trace(tmp_path, collector):
    run(ASK, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector, ALLOWED_HOSTS="testserver")

    assert [(span.name, span.trace_id.hex()) for span in Collector.spans] == [
        ("GET healthz", TRACE),
        ("jobs.report", TRACE),
    ]


def test_without_a_collector_nothing_of_it_is_loaded(tmp_path):
    assert json.loads(run(LOOK, tmp_path)) == []
