// Owns one performance of the demo: the stage set up, played by a script or by a person, and always cleared away.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Flags } from './flags.ts'
import { interactive } from './interactive.ts'
import { Sorry } from './sorry.ts'
import { choosePorts, type Stage, startStage } from './stage.ts'
import { actsOf, play } from './story.ts'
import { NotSo, timeline } from './timeline.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const print = (line = ''): void => void process.stdout.write(`${line}\n`)

/** Answers the exit code: 0 where all went as told. Rejects with what a person can put right. */
export async function perform({ auto, ...wished }: Flags): Promise<number> {
  reachThisMachineDirectly()
  print('Starting runbot, its sandbox world and the Microsoft 365 Agents Playground …')
  const ports = await choosePorts(wished)
  // Of its own, so that two demos on different ports leave each other alone.
  const dir = join(ROOT, '.demo', String(ports.port))
  const interrupted = signalled()
  const stage = await startStage({ dir: join(dir, 'stage'), runbooks: runbooksIn(join(dir, 'runbooks')), ...ports })
  try {
    const code = await Promise.race([auto ? automatic(stage) : interactive(stage, print), interrupted, died(stage)])
    await stage.stop()
    // What a person may still want to look at stays: after a failure, and after clicking.
    if (auto && code === 0) rmSync(dir, { recursive: true, force: true })
    return code
  } finally {
    await stage.stop()
  }
}

async function automatic(stage: Stage): Promise<number> {
  const acts = actsOf(stage)
  const line = timeline(acts.reduce((sum, { claims }) => sum + claims.length, 0))
  try {
    await play(acts, line)
  } catch (error) {
    if (!(error instanceof NotSo)) throw error
    await stage.stop()
    const log = relative(process.cwd(), stage.log)
    print(`\nNot every claim holds: ${line.checked()} were checked before this one. What runbot did is in ${log}`)
    return 1
  }
  print(`\nAll ${line.checked()} claims were checked.`)
  return 0
}

/** Ctrl-C, a closed terminal, a kill: the finally above still clears the stage. */
const signalled = (): Promise<number> =>
  new Promise((resolve) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)
      process.on(signal, () => resolve(code))
  })

async function died({ lost, stop, log }: Stage): Promise<never> {
  const code = await lost
  await stop()
  throw new Sorry(`runbot ended by itself with ${code}; its log is in ${relative(process.cwd(), log)}`)
}

/** The project's runbooks, without the freeze calendar: the demo shall not depend on the day on which it is shown. */
function runbooksIn(to: string): string {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  cpSync(join(ROOT, 'runbooks'), to, { recursive: true })
  const governance = join(to, 'governance.yaml')
  writeFileSync(governance, readFileSync(governance, 'utf8').replace(/^freezes:\n(?: {2}- .*\n)+/m, ''))
  return to
}

/** A proxy of the newcomer's company must not stand between the Playground and runbot. */
function reachThisMachineDirectly(): void {
  for (const name of ['NO_PROXY', 'no_proxy'])
    process.env[name] = [process.env[name], 'localhost', '127.0.0.1'].filter(Boolean).join(',')
}
