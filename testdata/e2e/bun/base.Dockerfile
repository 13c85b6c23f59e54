FROM node:22-slim
RUN npm install -g bun@1.3.3 && rm -rf /root/.npm
ARG REGISTRY
ENV npm_config_registry=$REGISTRY/
