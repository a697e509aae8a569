# One image for every service; docker-compose.yml says which one a container runs.
# Written where there was no Docker daemon to build it with: `docker build` is the first thing to run where there is one.
FROM node:24-bookworm-slim AS build
WORKDIR /muster
COPY package.json package-lock.json .npmrc ./
COPY patches patches
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /muster
COPY package.json package-lock.json .npmrc ./
COPY patches patches
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /muster
COPY --from=packages /muster/node_modules node_modules
COPY --from=build /muster/dist dist
COPY package.json ./
# The set-up of docker-compose.yml remembers the project and its key here.
RUN mkdir /data && chown node:node /data
USER node
ENV PORT=8000
EXPOSE 8000
# Liveness only: a container must not be replaced because PostgreSQL or Kafka is away.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: signals reach the service itself, which drains and exits within 10 s.
CMD ["node", "--enable-source-maps", "--min-semi-space-size=16", "--max-semi-space-size=16", "--v8-pool-size=1", "dist/apps/gateway/src/main.js"]
