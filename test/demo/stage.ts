// Owns all that the story plays on: the sandbox world, runbot and the Playground, up together and down together.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectPlayground, type PlaygroundClient } from '../playground/client.ts'
import { type Playground, startPlayground } from '../playground/playground.ts'
import { startWorld, type World } from '../sandbox/world.ts'
import { type Runbot, startRunbot } from '../story/runbot.ts'
import { freePort, taken } from './ports.ts'

const RUNBOT = { what: 'runbot', flag: '--port' }
const PLAYGROUND = { what: 'the Agents Playground', flag: '--playground-port' }
/** Long enough to be seen, short enough to wait for. */
const RECYCLE_MS = 1_500

/** Where runbot listens, and where the Playground shows its page; 0 is any free port. */
export interface Ports {
  readonly port: number
  readonly playgroundPort: number
}

export interface StageOptions extends Ports {
  /** A directory of its own, renewed: the store, runbot's log and the Playground's settings. */
  readonly dir: string
  readonly runbooks: string
}

export interface Stage {
  readonly world: World
  readonly runbot: Runbot
  readonly playground: Playground
  /** Everybody in the Playground, without a browser. */
  readonly client: PlaygroundClient
  /** The file of the embedded store. */
  readonly store: string
  /** The file that runbot's log is written to at the end. */
  readonly log: string
  /** Resolves with its exit code where runbot ends although nobody asked it to. */
  readonly lost: Promise<number | null>
  /** Ends all of it and answers runbot's exit code; null where a signal ended it. */
  stop(): Promise<number | null>
}

/** The wished ports, with real numbers for 0. A taken one is a Sorry with the way out. */
export async function choosePorts({ port, playgroundPort }: Ports): Promise<Ports> {
  return { port: await freePort(port, RUNBOT), playgroundPort: await freePort(playgroundPort, PLAYGROUND) }
}

/**
 * Starts everything. A taken port is a Sorry; whatever else fails rejects with the reason of what failed. What had
 * started by then is ended.
 */
export async function startStage({ dir, runbooks, ...wished }: StageOptions): Promise<Stage> {
  const { port, playgroundPort } = await choosePorts(wished)
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const store = join(dir, 'runbot.db')
  const log = join(dir, 'runbot.log')
  const undo: (() => unknown)[] = []
  const end = async () => {
    for (const step of undo.splice(0).toReversed()) await step()
  }
  try {
    const world = await startWorld({ history: true, recycleMs: RECYCLE_MS })
    undo.push(world.stop)
    const runbot = await startRunbot(
      { dir, runbooks, store },
      { ...world.environment(), SITE_URL: world.site.url, PORT: String(port) },
    )
    const kill = () => killed(runbot.pid)
    process.once('exit', kill)
    let code: number | null = null
    let asked = false
    const lost = runbot.gone.then((ended) => (asked ? new Promise<never>(() => {}) : ended))
    undo.push(async () => {
      asked = true
      code = await runbot.stop()
      process.removeListener('exit', kill)
      writeFileSync(log, runbot.log())
    })
    world.connect(runbot.url)
    const playground = await startPlayground({
      botUrl: `${runbot.url}/api/messages`,
      port: playgroundPort,
      users: inhabitants(world),
      dir: join(dir, 'playground'),
      tenantId: world.teams.world.tenantId,
    })
    undo.push(playground.stop)
    if (playground.port !== playgroundPort) throw taken(playgroundPort, PLAYGROUND)
    const client = await connectPlayground(playground)
    undo.push(client.close)
    return {
      world,
      runbot,
      playground,
      client,
      store,
      log,
      lost,
      async stop() {
        await end()
        return code
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** Whom the Playground knows: Maya, who approves, sits at the screen. */
function inhabitants({ people }: World) {
  const { approver, secondApprover, changeManager, requester, onCall, outsider } = people
  return [approver, secondApprover, changeManager, requester, onCall, outsider]
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
