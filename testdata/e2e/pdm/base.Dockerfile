FROM python:3.12-slim
RUN pip install --no-cache-dir pdm==2.29.4 'hishel<2'
ARG REGISTRY
ENV PIP_INDEX_URL=$REGISTRY/simple/ PIP_TRUSTED_HOST=127.0.0.1 PDM_CHECK_UPDATE=false
