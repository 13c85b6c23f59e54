FROM python:3.12-slim
RUN pip install --no-cache-dir pipenv==2025.0.4
ARG REGISTRY
ENV PIP_INDEX_URL=$REGISTRY/simple/ PIP_TRUSTED_HOST=127.0.0.1
