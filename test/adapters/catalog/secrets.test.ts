// Owns the proof that secrets reach the systems and nothing else.
import assert from 'node:assert/strict'
import { CONNECTORS, changed, problemsOf, testFolder } from './folder.ts'

const SECRET = 'token-that-is-secret'

describe('secrets in connectors.yaml', () => {
  it('are filled in for the systems, and stand nowhere in the catalogue or the governance', () => {
    const folder = testFolder()
    const loaded = folder.load()
    folder.remove()
    assert.ok(loaded.ok)
    assert.deepEqual(loaded.content.systems['ops']?.auth, { bearer: SECRET })
    const { catalog, governance, warnings, servicenow, version } = loaded.content
    const said = JSON.stringify([
      [...catalog.runbooks],
      [...catalog.operations],
      governance,
      warnings,
      servicenow,
      version,
    ])
    assert.ok(!said.includes(SECRET))
  })

  it('that are not set, or empty, are named without a value: an error at the start, a warning in a check', () => {
    for (const env of [{}, { OPS_TOKEN: '' }]) {
      assert.deepEqual(problemsOf({}, { env }), ['connectors.yaml:9:21 OPS_TOKEN is not set in the environment'])
      const folder = testFolder()
      const loaded = folder.load({ env, unset: 'warning' })
      folder.remove()
      assert.ok(loaded.ok)
      const warning = {
        file: 'connectors.yaml',
        line: 9,
        column: 21,
        message: 'OPS_TOKEN is not set in the environment',
      }
      assert.deepEqual(loaded.content.warnings, [warning])
    }
  })

  it('that stand in the wrong place are not repeated in the message', () => {
    const auth = 'auth: { bearer: "${env:OPS_TOKEN}" }'
    const wrong = [
      changed(CONNECTORS, auth, 'auth: hunter2'),
      changed(CONNECTORS, auth, 'auth: { bearer: [hunter2] }'),
      changed(CONNECTORS, auth, 'auth: { basic: [hunter2] }'),
      changed(CONNECTORS, 'https://ops.example.com/', 'https://me:hunter2@ops.example.com'),
      changed(CONNECTORS, 'https://ops.example.com/', 'https://ops.example.com?key=hunter2'),
      changed(CONNECTORS, 'https://ops.example.com/', 'hunter2'),
    ]
    for (const text of wrong) {
      const problems = problemsOf({ 'connectors.yaml': text })
      assert.equal(problems.length, 1)
      assert.ok(!problems.join().includes('hunter2'), problems.join())
    }
  })

  it('are taken as they are: `${env:…}` in a value of the environment is not read again', () => {
    const folder = testFolder()
    const loaded = folder.load({ env: { OPS_TOKEN: 'a${env:HOME}$&' } })
    folder.remove()
    assert.ok(loaded.ok)
    assert.deepEqual(loaded.content.systems['ops']?.auth, { bearer: 'a${env:HOME}$&' })
  })
})
