// Owns the proof that what is read around an incident is declared, and that no limit waits for what nothing can tell (P5).
import assert from 'node:assert/strict'
import { CONNECTORS, changed, problemsOf, RUNBOOK, testFolder } from './folder.ts'

const ENV = { OPS_TOKEN: 'x' }
const limited = (limits: string) => changed(RUNBOOK, 'steps:\n', `limits: ${limits}\nsteps:\n`)
const declaring = (context: string) => changed(CONNECTORS, 'systems:\n', `  context: ${context}\nsystems:\n`)

describe('the surroundings in the files', () => {
  const problems = (connectors: string, runbook: string) =>
    problemsOf({ 'connectors.yaml': connectors, 'catalog/mend-it.yaml': runbook }, { env: ENV })

  it('have their usual reach where connectors.yaml says nothing', () => {
    const folder = testFolder({ 'connectors.yaml': CONNECTORS })
    const loaded = folder.load({ env: ENV })
    folder.remove()
    assert.ok(loaded.ok)
    assert.deepEqual(loaded.content.servicenow.context, {
      neighbours: 2,
      historyMs: 90 * 86_400_000,
      owner: null,
      commander: null,
      learned: null,
    })
  })

  it('refuse a runbook with a limit for a commander whom no column names, with its line (P5)', () => {
    const [problem, ...others] = problems(CONNECTORS, limited('{ commander: ask }'))
    assert.match(
      problem ?? '',
      /^catalog\/mend-it\.yaml:7:\d+ connectors.yaml declares no servicenow.context.commander/,
    )
    assert.deepEqual(others, [])
  })

  it('take it where the column is declared, and a limit for deploys in any case', () => {
    assert.deepEqual(problems(declaring('{ commander: u_commander }'), limited('{ commander: stop }')), [])
    assert.deepEqual(problems(CONNECTORS, limited('{ recentDeploy: { within: 2h } }')), [])
  })

  it('ask where a limit for deploys does not say what it means', () => {
    const folder = testFolder({ 'catalog/mend-it.yaml': limited('{ recentDeploy: { within: 2h } }') })
    const loaded = folder.load({ env: ENV })
    folder.remove()
    assert.ok(loaded.ok)
    const limits = loaded.content.catalog.runbooks.get('mend-it')?.limits
    assert.deepEqual(limits?.recentDeploy, { withinMs: 7_200_000, is: 'ask' })
  })
})
