FROM node:22-slim
ARG REGISTRY
ENV npm_config_registry=$REGISTRY/ npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false
