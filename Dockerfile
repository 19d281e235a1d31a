# One image for web, worker and beat; docker-compose.yml says which command makes which.
# The file system may be read-only: only /data (the home) and /tmp are written to.

FROM python:3.11-slim-bookworm AS dependencies
# Wheels only: nothing is compiled, so no compiler comes near the image. TELEMETRY=1 adds the export of traces.
ARG TELEMETRY=0
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all:
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /build
COPY requirements.txt requirements-telemetry.txt ./
RUN pip install --require-hashes -r requirements.txt \
    && if [ "$TELEMETRY" = 1 ]; then pip install --no-deps --require-hashes -r requirements-telemetry.txt; fi


FROM python:3.11-slim-bookworm
# What WeasyPrint lays text out with, and letters to print.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-inter \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin roadworthy \
    && install -d -o roadworthy -g roadworthy -m 700 /data
COPY --from=dependencies /opt/venv /opt/venv
WORKDIR /app
COPY manage.py ./
COPY portal portal
COPY apps apps
COPY templates templates
COPY static static
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings
# Collected and compressed once, here; the home of this step is thrown away, and its secret key with it.
RUN ROADWORTHY_HOME=/tmp/building python manage.py collectstatic --no-input --verbosity 0 --ignore rest_framework \
    && rm -rf /tmp/building \
    && python -m compileall -q portal apps
ENV ROADWORTHY_HOME=/data HOST=0.0.0.0 PORT=8000
USER 10001
VOLUME /data
EXPOSE 8000
# /readyz is for whoever sends people here; a process is well if it answers at all.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=4)"]
CMD ["python", "-m", "gunicorn", "--config", "python:portal.gunicorn"]
