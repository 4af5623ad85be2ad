// Owns the composition root: configuration → adapters → app → listen, and the way back down.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { compileExpression } from './adapters/catalog/cel.ts'
import { InvalidFiles, problemLine, watchFiles } from './adapters/catalog/files.ts'
import { plannedPattern } from './adapters/catalog/pattern.ts'
import { compilePlanned } from './adapters/catalog/template.ts'
import { directory } from './adapters/directory/directory.ts'
import { entraGroups } from './adapters/directory/graph/groups.ts'
import { endpoints } from './adapters/endpoints/endpoints.ts'
import { createLog } from './adapters/http/log.ts'
import { createMetrics } from './adapters/http/metrics.ts'
import { httpServer, type Readiness } from './adapters/http/server.ts'
import { pagers as pagersOf } from './adapters/pager/pagers.ts'
import { serviceNow } from './adapters/servicenow/tickets.ts'
import { canonicalJson, sha256Hex } from './adapters/store/hashing.ts'
import { cardRenderer } from './adapters/teams/cards.ts'
import { teams } from './adapters/teams/teams.ts'
import { app as appOf } from './app/app.ts'
import { noTickets } from './app/no-tickets.ts'
import { type Config, readConfig, secretsOf } from './config.ts'
import { openStore } from './open-store.ts'
import type { Files } from './ports/catalog.ts'
import { systemClock } from './ports/clock.ts'

const CARDS = fileURLToPath(new URL('../cards', import.meta.url))
const SHUTDOWN_MS = 25_000

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const read = readConfig(process.env)
  if (!read.ok) return leave(read.problems)
  const { config } = read

  let files: Files | undefined
  const secrets = () => [...secretsOf(config), ...(files?.current().secrets ?? [])]
  const log = createLog({ level: config.logLevel, secrets })
  files = watchFiles({
    dir: config.runbooksDir,
    env: process.env,
    clock: systemClock,
    onProblem: (problems) =>
      log.error({ problems: problems.map(problemLine) }, 'the runbook files have become invalid: the old ones stay'),
  })
  const { current } = files
  for (const { file, line, column, message } of current().catalog.problems)
    log.error({ at: `${file}:${line}:${column}` }, `this runbook is off: ${message}`)

  const opened = await openStore(config.store)
  const { store, clock } = opened
  for (const warning of opened.warnings) log.warn({}, warning)
  const metrics = createMetrics()
  metrics.watchBacklog(() => store.backlog())
  const tickets = config.serviceNow
    ? serviceNow({ ...config.serviceNow, clock, settings: () => current().servicenow })
    : undefined
  const bot = teams({
    ...teamsSettings(config),
    log,
    inbound: () => app.inbound,
  })
  const app = appOf({
    store,
    files,
    compile: compileExpression,
    compileTemplate: compilePlanned,
    compilePattern: plannedPattern,
    tickets: tickets ?? noTickets,
    approvalRecords: tickets?.approvalRecords,
    callerRecords: tickets?.callerRecords,
    pagers: pagersOf({ settings: () => current().pagers, serviceNow: tickets?.pager, proxyFromEnv: true }),
    directory: directory({
      clock,
      serviceNow: tickets?.people,
      graph: entraGroups({ ...config.graph, registration: config.bot, proxyFromEnv: true }),
    }),
    channel: bot.channel,
    endpoints: endpoints({
      systems: () => current().systems,
      clock,
      proxyFromEnv: true,
      publicUrl: config.publicUrl,
      secrets: () => ({ values: secrets(), patterns: current().masks }),
    }),
    clock,
    log,
    meter: metrics.meter,
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
    card: cardRenderer({ dir: CARDS }),
    owner: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
    settings: {
      ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
      leaseMs: config.leaseMs,
      dueEveryMs: 500,
      pollMs: config.serviceNow?.pollMs ?? 0,
      backlogLimit: 20_000,
    },
  })
  const ready = async (): Promise<Readiness> => {
    const problems = await store.ping().then(
      (): string[] => [],
      (error: unknown) => [`the store does not answer: ${sentence(error)}`],
    )
    const resting = app.problem()
    if (resting !== null) problems.push(resting)
    return { ok: problems.length === 0, problems }
  }
  const server = httpServer({
    host: config.host,
    port: config.port,
    inbound: app.inbound,
    messages: bot.handle,
    ready,
    metrics,
    metricsToken: config.metricsToken,
    log,
    webhookSecrets: config.webhookSecrets,
    callbacks: { systems: () => current().systems, hint: app.hint },
  })
  const { port } = await server.listen()
  await app.start()
  log.info(
    { host: config.host, port, runbooks: current().catalog.runbooks.size },
    `runbot listens on ${config.host}:${port}`,
  )
  tickets
    ?.checkColumns()
    .then((warnings) => warnings.forEach((warning) => log.warn({}, warning)))
    .catch((error: unknown) => log.warn({ reason: sentence(error) }, 'the columns in ServiceNow could not be checked'))

  let leaving = false
  const shutDown = (signal: string) => {
    if (leaving) return
    leaving = true
    log.info({ signal }, 'shutting down: what is in flight is finished or handed over')
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref()
    void (async () => {
      await server.close()
      await app.stop()
      files.close()
      await store.close()
      process.exit(0)
    })()
  }
  process.on('SIGTERM', shutDown)
  process.on('SIGINT', shutDown)
}

const teamsSettings = ({ bot }: Config) => ({
  appId: bot.appId ?? '',
  appPassword: bot.password ?? '',
  appType: bot.type,
  appTenantId: bot.tenantId ?? '',
  auth: bot.auth,
  openIdMetadata: bot.openIdMetadata,
  loginUrl: bot.loginUrl,
  serviceHosts: bot.serviceHosts,
  allowedTenants: bot.allowedTenants,
})

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function leave(problems: readonly string[]): void {
  process.stderr.write(`runbot cannot start:\n${problems.map((problem) => `  ${problem}\n`).join('')}`)
  process.exitCode = 1
}

try {
  await main()
} catch (error) {
  leave(error instanceof InvalidFiles ? error.problems.map(problemLine) : [sentence(error)])
  process.exit(1)
}
