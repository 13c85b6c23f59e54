FROM node:22-slim
RUN npm install -g pnpm@9.15.9 && rm -rf /root/.npm
ARG REGISTRY
ENV npm_config_registry=$REGISTRY/
