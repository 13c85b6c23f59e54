FROM python:3.12-slim
RUN pip install --no-cache-dir uv==0.9.9
ARG REGISTRY
ENV UV_DEFAULT_INDEX=$REGISTRY/simple/ UV_PYTHON_DOWNLOADS=never
