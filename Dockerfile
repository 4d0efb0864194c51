# The service, the worker and every command, as an account without rights. See docs/deploy.md.
FROM python:3.13-slim AS build
WORKDIR /noskheh
COPY requirements.lock ./
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin noskheh \
 && install -d -m 700 -o noskheh /keys /checkpoints
WORKDIR /noskheh
COPY --from=build /noskheh/.venv .venv
COPY LICENSE ./
COPY app app
COPY codings codings
COPY prescriber prescriber
COPY pharmacy pharmacy
COPY insurer insurer
COPY static static
COPY templates templates
ENV PATH=/noskheh/.venv/bin:$PATH PYTHONUNBUFFERED=1 NOSKHEH_KEYS_FOLDER=/keys
RUN python -m compileall -q app codings prescriber pharmacy insurer
USER noskheh
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0"]
