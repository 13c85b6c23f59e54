# With the user that the published image has.
FROM node:22-slim
ARG REGISTRY
ENV npm_config_registry=$REGISTRY/ npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false
RUN id node 2>/dev/null || useradd --create-home --uid 1000 node
