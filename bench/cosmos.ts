// Owns `npm run bench -- cosmos`: whole runs on a Cosmos store, how many requests and request units each takes, runs/s.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cosmosStore } from '../src/adapters/store/cosmos/cosmos.ts'
import type { Meter } from '../test/sandbox/cosmos/meter.ts'
import type { IndexingPolicy } from '../test/sandbox/cosmos/package.ts'
import { type SandboxCosmos, sandboxCosmos } from '../test/sandbox/cosmos.ts'
import { startRunbot as startProcess } from '../test/story/runbot.ts'
import { machine } from './figures.ts'
import { startRunbot } from './runbot.ts'
import { settled } from './settled.ts'
import type { Ready, Said, Wish } from './world.ts'

const WARM_UP = 5
const IN_TURN = 20
const AT_ONCE = 100
const PATIENCE_MS = 60_000
const DATABASE = 'runbot'
/** How many processes share one store, and how many incidents they get between them. */
const REPLICAS = [1, 2, 4]
const SHARED = 60

/** Prints the figures; throws when a run does not succeed. The account is the strict sandbox: its units are an estimate. */
export async function cosmos(): Promise<void> {
  console.log(`cosmos: ${machine()}`)
  const dir = mkdtempSync(join(tmpdir(), 'runbot-bench-'))
  const all = Array.from(
    { length: AT_ONCE + SHARED * REPLICAS.length },
    (_, index) => `web-${String(index + 1).padStart(3, '0')}`,
  )
  const hosts = all.slice(0, AT_ONCE)
  const world = fork(fileURLToPath(new URL('world.ts', import.meta.url)), [all.join(','), '0'])
  const account = await sandboxCosmos()
  account.provision({ database: DATABASE, containers: containers() })
  const { store } = await cosmosStore({ endpoint: account.endpoint, key: account.key, database: DATABASE })
  const over = settled()
  try {
    const [{ env }] = (await once(world, 'message')) as [Ready]
    const webhookSecret = env['SERVICENOW_WEBHOOK_SECRET'] ?? ''
    const logTo = createWriteStream(join(dir, 'runbot.log'))
    const runbot = await startRunbot({ store: over.store(store), env, webhookSecret, works: true, logTo })
    const wish = (what: Wish): void => void world.send(what)
    wish({ connect: `http://127.0.0.1:${runbot.port}` })
    const inTurn = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        wish({ raise: [hosts[index % hosts.length] ?? ''] })
        await over.more(1, PATIENCE_MS)
      }
    }
    await inTurn(WARM_UP)
    account.reset()
    await inTurn(IN_TURN)
    print('one after the other', account.meter(), IN_TURN)
    account.reset()
    const since = performance.now()
    wish({ raise: hosts })
    await over.more(AT_ONCE, PATIENCE_MS)
    const seconds = (performance.now() - since) / 1000
    print(`${AT_ONCE} at once`, account.meter(), AT_ONCE)
    console.log(`${(AT_ONCE / seconds).toFixed(1)} runs/s on one replica, with the sandbox in the same process`)
    await runbot.stop()
    console.log(
      `\nprocesses that share one store, beside the sandbox and its world on the same cores, ${SHARED} incidents:`,
    )
    for (const [turn, count] of REPLICAS.entries()) {
      const from = AT_ONCE + turn * SHARED
      const runsPerS = await shared({ world, account, env, count, dir, hosts: all.slice(from, from + SHARED) })
      console.log(`  ${count} ${count === 1 ? 'replica' : 'replicas'}: ${runsPerS.toFixed(1)} runs/s`)
    }
  } finally {
    if (world.connected) world.disconnect()
    await store.close()
    await account.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Shared {
  readonly world: ChildProcess
  readonly account: SandboxCosmos
  readonly env: Record<string, string>
  readonly count: number
  readonly dir: string
  readonly hosts: readonly string[]
}

/** Runs a second of so many real processes on a store of their own; each incident is told to the next of them. */
async function shared({ world, account, env, count, dir, hosts }: Shared): Promise<number> {
  const database = `shared-${count}`
  account.provision({ database, containers: containers() })
  const settings = { ...env, RUNBOT_STORE: 'cosmos', COSMOS_ENDPOINT: account.endpoint, COSMOS_KEY: account.key }
  const place = { dir, runbooks: fileURLToPath(new URL('runbooks', import.meta.url)), store: '' }
  const started = { ...settings, COSMOS_DATABASE: database, RUNBOT_LEASE_MS: '30000' }
  const bots = await Promise.all(Array.from({ length: count }, () => startProcess(place, started)))
  const resolved = async (): Promise<number> => {
    world.send({ tell: 'effects' } satisfies Wish)
    for (;;) {
      const [said] = (await once(world, 'message')) as [Said]
      if ('effects' in said) return said.effects.incidents['6'] ?? 0
    }
  }
  try {
    const before = await resolved()
    const since = performance.now()
    for (const [index, host] of hosts.entries()) {
      world.send({ connect: bots[index % count]?.url ?? '' } satisfies Wish)
      world.send({ raise: [host] } satisfies Wish)
    }
    const deadline = since + 2 * PATIENCE_MS
    while ((await resolved()) - before < hosts.length) {
      if (performance.now() > deadline) throw new Error(`not all runs were over within ${(2 * PATIENCE_MS) / 1000} s`)
      await setTimeout(200)
    }
    return hosts.length / ((performance.now() - since) / 1000)
  } finally {
    await Promise.all(bots.map((bot) => bot.stop()))
  }
}

function containers() {
  const path = new URL('../infra/cosmos-indexing.json', import.meta.url)
  const policies = JSON.parse(readFileSync(path, 'utf8')) as { [container: string]: IndexingPolicy }
  const partitionKey = { paths: ['/pk'] }
  return Object.entries(policies).map(([id, indexingPolicy]) => ({ id, partitionKey, defaultTtl: -1, indexingPolicy }))
}

/** The looks for due work and the counts of the backlog are in it: the fewer runs at once, the larger their share. */
function print(title: string, { kinds, requests, units }: Meter, runs: number): void {
  console.log(
    `\n${title}, per run: ${(requests / runs).toFixed(1)} requests, ${(units / runs).toFixed(0)} RU (estimated)`,
  )
  for (const [kind, count] of Object.entries(kinds)) {
    const [each, charge] = [(count.requests / runs).toFixed(1), (count.units / runs).toFixed(1)]
    console.log(`  ${kind.padEnd(20)} ${each.padStart(6)} requests  ${charge.padStart(7)} RU`)
  }
}
