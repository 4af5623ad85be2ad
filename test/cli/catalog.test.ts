// Owns the proof that the project's own catalogue does what its scenarios say: the good end, the failed one, the refused one.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (folder: string): Record<string, unknown>[] =>
  readdirSync(`${ROOT}runbooks/${folder}`).map(
    (file) => parse(readFileSync(`${ROOT}runbooks/${folder}/${file}`, 'utf8')) as Record<string, unknown>,
  )

interface Expected {
  readonly end?: string
  readonly match?: string
  readonly refused?: unknown
}
const GOOD = ['succeeded']
const FAILED = ['failed', 'rolledBack', 'rollbackFailed']
/** Policy or a person said no, before the start or at a later step. */
const REFUSED = ['stoppedByPolicy', 'refused', 'needsHuman']

describe('the scenarios of the catalogue', () => {
  const scenarios = read('scenarios')

  for (const { runbook } of read('catalog'))
    it(`tell of ${String(runbook)} how it ends well, fails and is refused`, () => {
      const ends = scenarios
        .filter((scenario) => scenario['runbook'] === runbook)
        .map((scenario) => (scenario['expect'] as Expected).end ?? '')
      for (const kind of [GOOD, FAILED, REFUSED])
        assert.ok(
          ends.some((end) => kind.includes(end)),
          `none ends as one of ${kind.join(', ')}`,
        )
    })

  it('all hold', function () {
    this.timeout(120_000)
    const { status, stdout } = spawnSync(process.execPath, ['src/cli/runbooks.ts', 'test'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '' },
    })
    assert.equal(status, 0, stdout)
    assert.match(stdout, new RegExp(`^${scenarios.length} scenarios: ${scenarios.length} ok, 0 failed$`, 'm'))
  })
})
