// Owns playing one scenario in a test: a small runbooks folder, the real command in this process, the lines it prints.
import { testScenarios } from '../../../src/cli/scenarios/test-command.ts'
import { changed, GOVERNANCE, testFolder } from '../../adapters/catalog/folder.ts'

/** The base scenario: `mend-it` in production, one approver, mended at once. */
export const SCENARIO = `scenario: slow shop
runbook: mend-it
given:
  incident: { number: INC0010001, short_description: the shop is slow }
  ci: { name: web-01, class: Server, users: 40, tags: [] }
  world:
    ops.look: [{ succeeded: { state: Started, ok: false } }, { succeeded: { ok: true } }]
    ops.mend: { succeeded: {} }
    ops.wipe: { succeeded: {} }
when:
  - { approve: { by: web, note: go } }
expect:
  end: succeeded
`

/** web has a second member, may freeze and stop; the class looks at nothing by itself. */
const governance = `${changed(
  changed(GOVERNANCE, 'evidence: [ops.look], ', ''),
  '0a2b0000-0000-4000-8000-00000000000a',
  '0a2b0000-0000-4000-8000-00000000000a, 0a2b0000-0000-4000-8000-00000000000b',
)}freeze: { may: [web], unfreeze: { may: [cab] } }
autonomy: [{ level: auto }]
requesters: { default: [everyone] }
commands: { stop: [web], takeover: [web] }
`

export interface Printed {
  readonly code: number
  readonly lines: readonly string[]
  readonly text: string
  readonly dir: string
}

type Files = { readonly [file: string]: string | null }

/** Plays the scenarios in `files`, or the one text as `scenarios/one.yaml`. Paths are printed without the folder. */
export async function played(scenario: string | Files, words: readonly string[] = []): Promise<Printed> {
  const files = typeof scenario === 'string' ? { 'scenarios/one.yaml': scenario } : scenario
  const folder = testFolder({ 'governance.yaml': governance, ...files })
  const lines: string[] = []
  try {
    const code = await testScenarios(folder.dir, words, {
      out: (line) => lines.push(line.replaceAll(`${folder.dir}/`, '')),
    })
    return { code, lines, text: lines.join('\n'), dir: folder.dir }
  } finally {
    folder.remove()
  }
}

/** The base scenario with passages replaced, one after the other. */
export const scenarioWith = (...changes: readonly (readonly [from: string, to: string])[]): string =>
  changes.reduce((text, [from, to]) => changed(text, from, to), SCENARIO)
