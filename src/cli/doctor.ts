// Owns `npm run doctor`: looks at the whole installation, says what is wrong and how to mend it, and changes nothing.
import { parseArgs } from 'node:util'
import { clocks } from './doctor/clocks.ts'
import { door } from './doctor/door.ts'
import { endpoints } from './doctor/endpoints.ts'
import { type Check, examine } from './doctor/examine.ts'
import { identity } from './doctor/identity.ts'
import { type Installation, readInstallation } from './doctor/installation.ts'
import { pagers } from './doctor/pagers.ts'
import { isWell, jsonOf, lineOf, masked, summaryOf } from './doctor/report.ts'
import { serviceNow } from './doctor/servicenow.ts'
import { store } from './doctor/store.ts'
import { loadEnvironment, type Output } from './terminal.ts'

const USAGE = 'usage: npm run doctor [-- [--json] [--write INC0010001]]'

/**
 * Runs one command line (its arguments alone) and answers the exit code: 0 where nothing failed, else 1. Never rejects.
 * `--write` names the incident that a work note is tried on; without it nothing outside is changed.
 */
export async function doctor(args: readonly string[], env: NodeJS.ProcessEnv, { out, err }: Output): Promise<0 | 1> {
  const options = parsed(args)
  if (!options) {
    err(USAGE)
    return 1
  }
  const { findings, installation, secrets } = readInstallation(env)
  const looked = installation ? await examine(checksOf(installation, options.write)) : []
  const all = masked([...findings, ...looked], secrets)
  if (options.json) out(jsonOf(all))
  else for (const line of [...all.map(lineOf), summaryOf(all)]) out(line)
  return isWell(all) ? 0 : 1
}

const checksOf = (installation: Installation, write: string | undefined): readonly Check[] => [
  { name: 'store', look: () => store(installation) },
  { name: 'bot credential', look: () => identity(installation) },
  { name: 'PUBLIC_URL', look: () => door(installation) },
  { name: 'ServiceNow', look: () => serviceNow(installation, write) },
  { name: 'clocks', look: () => clocks(installation) },
  { name: 'pagers', look: () => pagers(installation) },
  ...(installation.content ? endpoints(installation.content) : []),
]

function parsed(args: readonly string[]): { readonly json: boolean; readonly write: string | undefined } | undefined {
  try {
    const options = { json: { type: 'boolean' }, write: { type: 'string' } } as const
    const { values } = parseArgs({ args: [...args], options })
    return { json: values.json ?? false, write: values.write }
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  process.exitCode = await doctor(process.argv.slice(2), loadEnvironment(), { out: console.log, err: console.error })
}
