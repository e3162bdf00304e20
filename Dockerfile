# The whole platform in one image: docker build -t liaowang .
# Base images are arguments, so that a site without internet names its own.
ARG NODE_IMAGE=node:24-slim
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${NODE_IMAGE} AS console
WORKDIR /build/dashboards
COPY dashboards/package.json dashboards/package-lock.json dashboards/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY dashboards/ ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS environment
WORKDIR /opt/liaowang
RUN python -m venv .venv
COPY requirements/runtime.txt requirements/runtime.in requirements/
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY core/ core/
COPY collectors/ collectors/
COPY analytics/ analytics/
COPY adapters/ adapters/
COPY api/ api/
COPY cli/ cli/
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m collectors.wire.compile \
    && .venv/bin/python -m compileall -q core collectors analytics adapters api cli
COPY rules/ rules/
COPY tests/captures/ tests/captures/
COPY --from=console /build/dashboards/dist/ dashboards/dist/

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Liaowang" org.opencontainers.image.licenses="Apache-2.0"
# Reports in Chinese need a font that has the characters.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/liaowang --create-home liaowang
COPY --from=environment /opt/liaowang/ /opt/liaowang/
# Everything that is written lies in the volume and in /tmp, so the rest may be read-only.
# The kernel was compiled for the builder's processor; for another one it is compiled again, into the cache there.
ENV PATH=/opt/liaowang/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/var/lib/liaowang/cache \
    LIAOWANG_DATA=/var/lib/liaowang/data \
    LIAOWANG_HOST=0.0.0.0 \
    LIAOWANG_PORT=8080
WORKDIR /var/lib/liaowang
USER liaowang
VOLUME /var/lib/liaowang
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/api/health/live', timeout=4)"]
ENTRYPOINT ["liaowang"]
CMD ["serve"]
