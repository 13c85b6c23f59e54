FROM node:22-slim
RUN npm install -g yarn@1.22.22 && rm -rf /root/.npm
ARG REGISTRY
ENV YARN_REGISTRY=$REGISTRY npm_config_registry=$REGISTRY/
