# The user that the published image has.
FROM node:22-slim
RUN id node 2>/dev/null || useradd --create-home node
