// Owns `npm run bench -- cosmos`: whole runs on a Cosmos store, how many requests and request units each takes, runs/s.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cosmosStore } from '../src/adapters/store/cosmos/cosmos.ts'
import type { Meter } from '../test/sandbox/cosmos/meter.ts'
import type { IndexingPolicy } from '../test/sandbox/cosmos/package.ts'
import { sandboxCosmos } from '../test/sandbox/cosmos.ts'
import { machine } from './figures.ts'
import { startRunbot } from './runbot.ts'
import { settled } from './settled.ts'
import type { Ready, Wish } from './world.ts'

const WARM_UP = 5
const IN_TURN = 20
const AT_ONCE = 100
const PATIENCE_MS = 60_000
const DATABASE = 'runbot'

/** Prints the figures; throws when a run does not succeed. The account is the strict sandbox: its units are an estimate. */
export async function cosmos(): Promise<void> {
  console.log(`cosmos: ${machine()}`)
  const dir = mkdtempSync(join(tmpdir(), 'runbot-bench-'))
  const hosts = Array.from({ length: AT_ONCE }, (_, index) => `web-${String(index + 1).padStart(3, '0')}`)
  const world = fork(fileURLToPath(new URL('world.ts', import.meta.url)), [hosts.join(','), '0'])
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
  } finally {
    if (world.connected) world.disconnect()
    await store.close()
    await account.stop()
    rmSync(dir, { recursive: true, force: true })
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
