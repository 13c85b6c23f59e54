FROM node:22-slim
RUN npm install -g deno@2.5.6 && rm -rf /root/.npm
ARG REGISTRY
ENV NPM_CONFIG_REGISTRY=$REGISTRY/ NO_COLOR=1 DENO_DIR=/deno-dir/
