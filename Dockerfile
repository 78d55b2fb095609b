# The service: one image for api, inventory and worker (SERVICE_ROLE says which).
ARG NODE_IMAGE=node:20.20.2-trixie-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
# npm leaves the lock file out of the package; dist/ has a copy. In a checkout its own comes last, and wins.
COPY package.json dist/package-lock.json* package-lock.json* ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM dependencies AS build
COPY scripts/build.mjs scripts/
COPY service service
RUN node scripts/build.mjs service

# Only what the service itself imports: its list changes seldom, so this layer is made seldom.
FROM dependencies AS packages
COPY --from=build /app/dist/service/package.json ./
RUN npm prune --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
ENTRYPOINT ["node"]
CMD ["--import", "./dist/service/register.js", "./dist/service/server.js"]
