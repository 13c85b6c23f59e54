FROM node:22-slim
RUN npm install -g @yarnpkg/cli-dist@4.9.2 && rm -rf /root/.npm
