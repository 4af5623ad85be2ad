// Owns the composition root: configuration → adapters → app → listen, and the way back down.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { anchorPlace } from './adapters/anchors/anchors.ts'
import { signerOf } from './adapters/anchors/signing.ts'
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
import { planners } from './adapters/planner/planner.ts'
import { serviceNow } from './adapters/servicenow/tickets.ts'
import { canonicalJson, sha256Hex } from './adapters/store/hashing.ts'
import { cardRenderer } from './adapters/teams/cards.ts'
import { teams } from './adapters/teams/teams.ts'
import { anchors as anchorsOf } from './app/anchors.ts'
import { app as appOf } from './app/app.ts'
import { marking } from './app/marking.ts'
import { noTickets } from './app/no-tickets.ts'
import { watchStore } from './app/store-watch.ts'
import { type Config, readConfig, secretsOf } from './config.ts'
import { openStore } from './open-store.ts'
import type { Files } from './ports/catalog.ts'
import { systemClock } from './ports/clock.ts'
import { teamsSettings } from './teams-settings.ts'

const CARDS = fileURLToPath(new URL('../cards', import.meta.url))
const SHUTDOWN_MS = 25_000
/** Of it, for the telemetry that is left. */
const FLUSH_MS = 4_000

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const read = readConfig(process.env)
  if (!read.ok) return leave(read.problems)
  const { config } = read

  let files: Files | undefined
  const secrets = () => [...secretsOf(config), ...(files?.current().secrets ?? [])]
  const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
  const telemetry = await telemetryOf(config, owner, secrets)
  const log = createLog({ level: config.logLevel, secrets, ...(telemetry ? { stream: both(telemetry.line) } : {}) })
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

  const metrics = createMetrics({ sink: telemetry?.sink })
  const opened = await openStore(config.store)
  const { clock } = opened
  for (const warning of opened.warnings) log.warn({}, warning)
  const watched = watchStore(opened.store, clock, metrics)
  const store = config.auditAnchors ? marking(watched.store, clock) : watched.store
  const hash = { canonicalize: canonicalJson, digest: sha256Hex }
  const anchors = config.auditAnchors
    ? anchorsOf(
        { store, clock, log, hash, owner },
        {
          place: await anchorPlace(config.auditAnchors),
          everyMs: config.auditAnchorsMs,
          signer: config.auditSigningKey && signerOf(config.auditSigningKey),
          counted: metrics.anchored,
        },
      )
    : undefined
  metrics.watchBacklog(() => store.backlog())
  metrics.watch({
    overdueRuns: watched.overdueRuns,
    waiting: watched.waiting,
    anchorsWaitingMs: () => anchors?.waitingMs() ?? 0,
    clockOffsetMs: () => clock.now() - Date.now(),
    isResting: () => app.problem() !== null,
  })
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
    surroundings: tickets?.surroundings,
    planner: planners({ settings: () => current().planner, proxyFromEnv: true }),
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
    hash,
    card: cardRenderer({ dir: CARDS }),
    owner,
    settings: {
      ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
      leaseMs: config.leaseMs,
      // On Cosmos DB each look costs, at each replica; what is appended here is worked on at once in any case.
      dueEveryMs: config.store.kind === 'cosmos' ? 1_000 : 500,
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
    alerts: {
      settings: () => current().inbound,
      entra: { loginUrl: config.graph.loginUrl, tenant: config.bot.tenantId, proxyFromEnv: true },
    },
    callbacks: { systems: () => current().systems, hint: app.hint },
  })
  const { port } = await server.listen()
  await app.start()
  anchors?.start()
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
      await Promise.all([app.stop(), anchors?.stop()])
      files.close()
      // The last metrics are read from the store.
      await telemetry?.stop(FLUSH_MS)
      await store.close()
      process.exit(0)
    })()
  }
  process.on('SIGTERM', shutDown)
  process.on('SIGINT', shutDown)
}

/** Its SDK costs start-up time and memory, which nobody pays who does not use it. */
async function telemetryOf(config: Config, instance: string, secrets: () => readonly string[]) {
  if (config.telemetry === undefined) return undefined
  const { startTelemetry } = await import('./adapters/telemetry/telemetry.ts')
  // The store is asked all the time; its own metrics say how it does.
  const quiet = config.store.kind === 'cosmos' ? [new URL(config.store.endpoint).host] : []
  return startTelemetry({ connectionString: config.telemetry, instance, secrets, quiet })
}

/** Standard output as ever, and the telemetry too. */
const both = (tell: (line: string) => void) => ({
  write(line: string) {
    process.stdout.write(line)
    tell(line)
  },
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
