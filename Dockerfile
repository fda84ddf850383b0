# Two stages: the first builds a virtual environment from hash-pinned locks, the second holds
# nothing but that. It runs as an ordinary user, with a read-only root and one volume:
#
#   docker build -t counterpart .
#   docker run --rm --read-only -v counterpart:/data counterpart migrate
#   docker run --read-only -v counterpart:/data -p 8000:8000 counterpart

FROM python:3.12-slim-trixie AS build
WORKDIR /src
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never

# The libraries change less often than the code: a layer of their own.
COPY requirements/ requirements/
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes \
      -r requirements/uv.txt \
 && python -m venv --without-pip /opt/counterpart \
 && uv pip install --no-cache --compile-bytecode --python /opt/counterpart \
      --require-hashes -r requirements/run.txt

COPY . .
RUN uv build --no-cache --wheel --build-constraints requirements/build.txt --out-dir /wheel . \
 && uv pip install --no-cache --compile-bytecode --python /opt/counterpart --no-deps \
      /wheel/*.whl

FROM python:3.12-slim-trixie
# pg_dump and psql, for `counterpart backup` and `restore` with PostgreSQL up to 17.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 counterpart \
 && useradd --system --uid 10001 --gid counterpart --no-create-home --home-dir /data --shell /usr/sbin/nologin \
      counterpart \
 && install --directory --owner=counterpart --group=counterpart --mode=0750 /data
COPY --from=build /opt/counterpart /opt/counterpart

# Whatever wants to write, temporary files too, goes to the volume.
ENV PATH=/opt/counterpart/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/data \
    COUNTERPART_DATABASE_URL=sqlite:////data/counterpart.db
VOLUME /data
WORKDIR /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
ENTRYPOINT ["counterpart"]
CMD ["serve", "--host", "0.0.0.0"]
