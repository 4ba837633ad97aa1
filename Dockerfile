# The dashboard, and every node of a Ray cluster that trains for it. See docs/containers.md.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    CATDOG_HOME=/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true

WORKDIR /app

COPY requirements.txt requirements-ray.txt requirements-signin.txt ./
RUN python -m pip install -r requirements-ray.txt -r requirements-signin.txt

COPY dashboard.py LICENSE ./
COPY .streamlit/config.toml .streamlit/
COPY catdog catdog
COPY pages pages

RUN useradd --create-home --uid 10001 catdog && install --directory --owner=catdog --group=catdog /data
USER catdog
VOLUME /data
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"STREAMLIT_SERVER_PORT\", 8501)}/_stcore/health', timeout=4)"]

# Without the photos the dashboard starts on drawn pictures. It refuses to start where nobody has to sign in and
# CATDOG_OPEN is not 1.
CMD ["sh", "-c", "python -m catdog data --fetch --give-up-after 20; exec python dashboard.py"]
