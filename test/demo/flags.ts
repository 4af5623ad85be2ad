// Owns the command line of the demo: its flags, its usage, and the sentence for what is not one of them.
import { parseArgs } from 'node:util'
import { Sorry } from './sorry.ts'

const USAGE = `usage: npm run demo -- [--auto] [--port 3978] [--playground-port 56150]

  --auto             plays the approver too, checks every claim it prints, and ends
  --port             where runbot listens (0: any free port)
  --playground-port  where the Agents Playground shows its page (0: any free port)
  --help             prints this`

export interface Flags {
  readonly auto: boolean
  readonly port: number
  readonly playgroundPort: number
}

/** The flags, or the usage where it was asked for. Throws Sorry, with the usage, for anything else. */
export function flagsIn(args: readonly string[]): Flags | { readonly usage: string } {
  const values = parsed(args)
  if (values.help) return { usage: USAGE }
  return {
    auto: values.auto,
    port: portOf('--port', values.port),
    playgroundPort: portOf('--playground-port', values['playground-port']),
  }
}

function parsed(args: readonly string[]) {
  const options = {
    auto: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    port: { type: 'string', default: '3978' },
    'playground-port': { type: 'string', default: '56150' },
  } as const
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    const [first = ''] = (error as Error).message.split(/[.\n] ?/)
    throw new Sorry(`${first}.\n\n${USAGE}`)
  }
}

function portOf(flag: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Sorry(`${flag} takes a port from 0 to 65535, not "${text}".`)
  return port
}
