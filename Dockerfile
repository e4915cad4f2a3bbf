# The server alone: no web app, no shell needed, nobody's rights. Its folder is never written; data lie in /data.
# docs/self-hosting.md says how to run it. Pin the base by digest where builds must repeat.
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
# What is built and what it needs at run time, as somebody who installs the package gets it.
RUN npm run build
RUN npx --yes pnpm@10.34.9 --config.inject-workspace-packages=true --filter @parley/server deploy --prod /app
RUN mkdir /data

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=7400 PARLEY_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /data /data
USER 10001:10001
VOLUME /data
EXPOSE 7400
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["serve"]
