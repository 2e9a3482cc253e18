# Images of the demo: `serve` answers, `full` trains, too, `cluster` does both on other machines.
# docs/deploy.md has the commands.
# BASE is a Debian or Ubuntu with Python 3.11 to 3.13 and its venv.
ARG BASE=docker.io/library/python:3.12-slim-bookworm

FROM ${BASE} AS serve
RUN useradd --uid 1000 --create-home demo && mkdir -p /data /opt/venv && chown demo /data /opt/venv
USER demo
WORKDIR /app
COPY requirements-serve.txt ./
# Bytecode of what is imported only: of everything it takes a hundred megabytes.
RUN python3 -m venv /opt/venv && \
    /opt/venv/bin/pip install --no-cache-dir --no-compile -r requirements-serve.txt && \
    /opt/venv/bin/python -c "import streamlit.web.cli, streamlit.web.server.starlette.starlette_app, \
uvicorn, numpy, pandas, PIL.Image, altair, sqlalchemy, pg8000, cv2, pyvips"
ENV PATH=/opt/venv/bin:$PATH \
    MNIST_TRAINED=/data/trained \
    KERAS_HOME=/data/keras \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_FILE_WATCHER_TYPE=none
COPY --chown=demo . .
# What is made: runs, jobs, the drawings where no other database is set, MNIST.
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["sh", "deploy/start.sh"]
CMD ["streamlit", "run", "app.py"]

FROM serve AS full
RUN /opt/venv/bin/pip install --no-cache-dir --no-compile -r requirements.txt

FROM full AS cluster
RUN /opt/venv/bin/pip install --no-cache-dir --no-compile -r requirements-cluster.txt
# docs/cluster.md says why.
ENV DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False \
    DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL=500ms \
    DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL=5s

FROM full
