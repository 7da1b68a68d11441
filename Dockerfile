# One file, one image per service:
#
#   docker build --target request-intake .      (or scheduler, notifier, tools)
#
# It needs nothing beyond the plain Dockerfile language: BuildKit and the older builder both work.
# Python 3.11 and later will do; another base image is PYTHON_IMAGE.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

# --- the Python packages, exactly those of the lock -------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements/runtime.txt /build/runtime.txt
# Wheels only: no compiler is needed and no package runs code of its own while it is installed.
# The packages live in an environment without pip; the bytecode is made here because the services run read-only.
RUN python3 -m venv --without-pip /opt/venv \
    && python3 -m pip --python /opt/venv/bin/python install \
        --require-hashes --no-deps --only-binary=:all: --no-compile -r /build/runtime.txt \
    && python3 -m pip --python /opt/venv/bin/python check \
    && /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib

# --- our own code, readable by everybody whatever the umask of the checkout -------------------------------------------
FROM packages AS code
WORKDIR /app
COPY shared shared
COPY services services
COPY cli cli
COPY demo_practice demo_practice
RUN chmod -R u=rwX,go=rX /app \
    && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /app

# --- what the images have in common -----------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS runtime
# /run/openchair belongs to the service user, so that a named volume mounted there does too.
RUN groupadd --gid 10001 openchair \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin openchair \
    && install -d -o 10001 -g 10001 -m 0750 /run/openchair
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONFAULTHANDLER=1
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=code /app/shared shared
COPY --from=code /app/services/__init__.py services/__init__.py
USER 10001:10001
STOPSIGNAL SIGTERM

FROM runtime AS service
ENV HTTP_HOST=0.0.0.0
# Healthy means ready (RabbitMQ, MongoDB and so on answer). Docker restarts nothing for it; in Kubernetes the
# probes of the manifests count instead. http.client, unlike urllib, cannot be sent through a proxy.
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s --retries=3 CMD ["python", "-c", \
    "import http.client, os, sys\nc = http.client.HTTPConnection('127.0.0.1', int(os.environ['HTTP_PORT']), timeout=4)\nc.request('GET', '/health/ready')\nsys.exit(c.getresponse().status != 200)"]

# --- the services: each holds its own code only -----------------------------------------------------------------------
FROM service AS request-intake
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="openchair request-intake" \
      org.opencontainers.image.description="Takes appointment requests from the portal and publishes them to RabbitMQ." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV HTTP_PORT=8000
EXPOSE 8000
COPY --from=code /app/services/request_intake services/request_intake
CMD ["python", "-m", "services.request_intake"]

FROM service AS scheduler
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="openchair scheduler" \
      org.opencontainers.image.description="Owns decisions and appointments; serves the staff API." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV HTTP_PORT=8001
EXPOSE 8001
COPY --from=code /app/services/scheduler services/scheduler
CMD ["python", "-m", "services.scheduler"]

FROM service AS notifier
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="openchair notifier" \
      org.opencontainers.image.description="E-mails clients when an appointment was approved." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV HTTP_PORT=8002
EXPOSE 8002
COPY --from=code /app/services/notifier services/notifier
CMD ["python", "-m", "services.notifier"]

# --- the openchair command: demo data, tokens of the local issuer; also runs the migrations -------------------------------
FROM runtime AS tools
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="openchair tools" \
      org.opencontainers.image.description="The openchair command: demo data, tokens and the like; and the migrations." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=code /app/services/scheduler services/scheduler
COPY --from=code /app/services/notifier services/notifier
COPY --from=code /app/cli cli
COPY --from=code /app/demo_practice demo_practice
ENTRYPOINT ["python", "-m", "cli"]
CMD ["--help"]
