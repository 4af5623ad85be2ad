// Owns `npm run demo`: the whole product on a sandbox world, for a newcomer to click, or by itself with --auto.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Row } from '../sandbox/servicenow/records.ts'
import { follow } from './live.ts'
import { Sorry } from './sorry.ts'
import { type Stage, startStage } from './stage.ts'
import { bindChannel, CLAIMS, play, trouble } from './story.ts'
import { NotSo, timeline } from './timeline.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const USAGE = `usage: npm run demo -- [--auto] [--port 3978] [--playground-port 56150]

  --auto             plays the approver too, checks every claim it prints, and ends
  --port             where runbot listens (0: any free port)
  --playground-port  where the Agents Playground shows its page (0: any free port)`

const print = (line = ''): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<number> {
  const flags = read(process.argv.slice(2))
  if (flags.help) {
    print(USAGE)
    return 0
  }
  const dir = join(ROOT, '.demo')
  print('Starting runbot, its sandbox world and the Microsoft 365 Agents Playground …')
  const stage = await startStage({
    dir,
    runbooks: runbooksIn(dir),
    port: flags.port,
    playgroundPort: flags.playgroundPort,
  })
  try {
    return flags.auto ? await automatic(stage) : await interactive(stage)
  } finally {
    await stage.stop()
  }
}

/** The project's runbooks, without the freeze calendar: the demo shall not depend on the day on which it is shown. */
function runbooksIn(dir: string): string {
  const to = `${dir}-runbooks`
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  try {
    cpSync(join(ROOT, 'runbooks'), to, { recursive: true })
    const governance = join(to, 'governance.yaml')
    writeFileSync(governance, readFileSync(governance, 'utf8').replace(/^freezes:\n(?: {2}- .*\n)+/m, ''))
  } catch (error) {
    throw new Sorry(`the runbooks folder cannot be read: ${error instanceof Error ? error.message : 'unknown'}`)
  }
  return to
}

async function automatic(stage: Stage): Promise<number> {
  const line = timeline(CLAIMS)
  try {
    await play(stage, line)
  } catch (error) {
    if (!(error instanceof NotSo)) throw error
    print(`\nNot every claim holds: ${line.checked()} of ${CLAIMS} were checked. runbot's log is in .demo/runbot.log`)
    return 1
  }
  print(`\nAll ${line.checked()} claims were checked.`)
  return 0
}

async function interactive(stage: Stage): Promise<number> {
  const { playground, world } = stage
  await bindChannel(stage)
  const incidents: Row[] = [trouble(stage)]
  print(`
  The shop on web-01 is broken:  ${world.site.healthUrl}
  Its incident:                  ${incidents[0]?.['number']}

  Open the Playground:           ${playground.url}
  Choose the channel "Incidents" on the left. You are Maya Lind, who may approve.
  Read the card, click Approve, and watch.

  b and Enter breaks the site again (for the anti-flap limit) · q and Enter, or Ctrl-C, ends the demo
`)
  const end = follow(stage, () => incidents, print)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
    process.stdin.on('data', (chunk: Buffer) => {
      const typed = chunk.toString().trim().toLowerCase()
      if (typed === 'q') resolve()
      if (typed === 'b') incidents.push(trouble(stage))
    })
    process.stdin.on('end', () => {
      // Without a terminal it goes on until it is told to end.
    })
  })
  end()
  process.stdin.pause()
  print('\nEnding …')
  return 0
}

interface Flags {
  readonly auto: boolean
  readonly help: boolean
  readonly port: number
  readonly playgroundPort: number
}

function read(args: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        auto: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string', default: '3978' },
        'playground-port': { type: 'string', default: '56150' },
      },
    })
    const { auto, help } = values
    return {
      auto,
      help,
      port: portOf('--port', values.port),
      playgroundPort: portOf('--playground-port', values['playground-port']),
    }
  } catch (error) {
    if (error instanceof Sorry) throw error
    throw new Sorry(`${error instanceof Error ? error.message.split('\n')[0] : 'unknown flag'}\n\n${USAGE}`)
  }
}

function portOf(flag: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Sorry(`${flag} takes a port from 0 to 65535, not ${text}.`)
  return port
}

try {
  process.exit(await main())
} catch (error) {
  const sentence = error instanceof Error ? error.message : String(error)
  process.stderr.write(`The demo cannot go on: ${sentence}\n`)
  process.exit(1)
}
