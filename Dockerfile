# The service in app/. How it is built, what the image promises and who checks that: docs/image.md.

# What the bootstrap container runs, too. A full version and no digest: under its tag the base is built anew when Debian
# mends a package, and those mends are wanted. Whoever wants it frozen adds @sha256:... here.
FROM public.ecr.aws/docker/library/python:3.13.5-slim-bookworm AS base

FROM base AS build
# Compiled here, because nothing can be in a read-only file system; by content, because times change with every build.
COPY app/requirements.txt /srv/app/
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --no-cache-dir --no-compile --disable-pip-version-check \
       --root-user-action ignore --only-binary :all: --require-hashes --requirement /srv/app/requirements.txt \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/venv
COPY app /srv/app
RUN python -m compileall -q --invalidation-mode unchecked-hash /srv/app

FROM base
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv /srv
WORKDIR /srv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
# The base's own library comes without compiled files: without these, each start and each health check would compile
# what it imports.
RUN python -c "import app.config, app.server, urllib.request"
ENV PYTHONDONTWRITEBYTECODE=1
# Nothing is installed in what is deployed, so nothing there has to be able to.
RUN pip uninstall --yes --root-user-action ignore pip
# By number: ECS and the file system know no names. The same as in the task definition.
USER 10001:10001
# PORT chooses one, 8080 and BACKEND_PORT=8000 serve the system with two.
EXPOSE 3000 8000 8080
# ECS looks only at the task definition's, which is this one; slim images have no curl.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-I", "-B", "-c", "import os; from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open(f\"http://127.0.0.1:{os.environ.get('PORT') or 3000}/health\", timeout=4)"]
ENTRYPOINT ["python", "-m", "app"]

# Last, because they differ in every build and would make all that follows anew.
ARG VERSION=unknown
ARG COMMIT=unknown
ENV VERSION=$VERSION COMMIT=$COMMIT
LABEL org.opencontainers.image.title="stackwright-app" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT"
