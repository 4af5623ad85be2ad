# runbot without runbooks: your own image adds them (infra/image/Dockerfile). Node runs the TypeScript as it is, so
# there is nothing to build; the first stage only fetches packages, and none of its tools come along.
FROM node:24.21.0-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# What the lock file names and no more: no developer's tools, and no package's script runs.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && mkdir /data

# Distroless: Node, its libraries and certificates. No shell and no package manager for anyone who gets in.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3978 RUNBOT_STORE=sqlite:/data/runbot.db
# Nothing but /data is ever written, and that only by the SQLite store: the root may be read-only.
COPY --from=packages --chown=65532:65532 /data /data
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY cards ./cards
COPY src ./src
VOLUME /data
USER 65532:65532
EXPOSE 3978
# For Docker alone; Container Apps asks /healthz and /readyz itself.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["/nodejs/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The image's entry point is node, so a command line runs in the same way: docker run <image> src/cli/audit.ts verify
CMD ["src/main.ts"]
