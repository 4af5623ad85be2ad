// Owns the proof that `npm run runbooks` reports what a person or a CI needs, and nothing of the inside.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { setAutonomy } from '../../src/app/autonomy.ts'
import { addSignature } from '../../src/app/signatures.ts'
import { changed, GOVERNANCE, RUNBOOK, type TestFolder, testFolder } from '../adapters/catalog/folder.ts'

const root = join(import.meta.dirname, '../..')
const run = (args: string[], env: NodeJS.ProcessEnv = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/cli/runbooks.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('npm run runbooks', function () {
  this.timeout(30_000)
  let folder: TestFolder
  beforeEach(() => {
    folder = testFolder()
  })
  afterEach(() => folder.remove())

  it('check says that all is well, with the unset secrets as warnings', () => {
    assert.deepEqual(run(['check', folder.dir]), {
      status: 0,
      stdout: `${folder.dir}/connectors.yaml:9:21 warning: OPS_TOKEN is not set in the environment\n3 files, 1 runbook: ok\n`,
      stderr: '',
    })
  })

  it('check takes the folder from RUNBOOKS_DIR, and names every problem in order with exit 1', () => {
    folder.write({
      'catalog/mend-it.yaml': changed(changed(RUNBOOK, 'tier: 2', 'tier: 1'), 'owner: web', 'owner: wep'),
      'scenarios/one.yaml': 'scenario: x\nrunbook: mend-it\ngiven: { incident: {} }\nexpect: { ends: succeeded }\n',
    })
    const { status, stdout, stderr } = run(['check'], { RUNBOOKS_DIR: folder.dir, OPS_TOKEN: 'secret-value' })
    assert.deepEqual([status, stderr], [1, ''])
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      `${folder.dir}/catalog/mend-it.yaml:3:8 there is no group "wep": did you mean "web"?`,
      `${folder.dir}/catalog/mend-it.yaml:17:19 step "again" is of tier 1, but ops.wipe is of tier 2`,
      `${folder.dir}/scenarios/one.yaml:4:11 unknown key "ends": did you mean "end"?`,
      '4 files, 0 runbooks: 3 problems',
    ])
  })

  it('check of broken ground files names them too', () => {
    folder.write({ 'governance.yaml': 'governance: [', 'connectors.yaml': null })
    const { status, stdout } = run(['check', folder.dir])
    assert.equal(status, 1)
    assert.match(stdout, /connectors\.yaml:1:1 there is no such file\n/)
    assert.match(stdout, /governance\.yaml:1:\d+ this is not YAML: /)
    assert.doesNotMatch(stdout, /\n\s+at /)
  })

  it('check warns of what is valid and yet says too much', () => {
    folder.write({ 'governance.yaml': changed(GOVERNANCE, '3: people-only', '3: auto') })
    const { status, stdout } = run(['check', folder.dir], { OPS_TOKEN: 'a' })
    assert.deepEqual(
      [status, stdout],
      [
        0,
        `${folder.dir}/governance.yaml:12:39 warning: tier 3 is never automatic: it counts as people-only\n3 files, 1 runbook: ok\n`,
      ],
    )
  })

  it('explain-governance prints the page that a manager can read, and what it could not read', () => {
    const { status, stdout, stderr } = run(['explain-governance', folder.dir], {
      RUNBOT_STORE: `sqlite:${folder.dir}/none.db`,
    })
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /^WHO MAY LET WHAT HAPPEN WHERE\n/)
    assert.match(stdout, /\nprod \(production\) +by itself +asks one +asks two +people only\n/)
    assert.match(
      stdout,
      /\n- two: Three different people: one of the runbook's owners, and two of cab\. Not the requester, not the author\./,
    )
    assert.match(stdout, /cannot be told \(there is no store at .*none\.db\): this is what the files alone say/)
  })

  it('explain-governance says what was set and signed in chat, from the store', async () => {
    folder.write({
      'governance.yaml': `${GOVERNANCE}exceptions: { may: [cab], standing: { night: { runbook: mend-it, guardrails: [VIP], reason: Patching, until: 2999-01-31 } } }\n`,
    })
    const loaded = folder.load()
    assert.ok(loaded.ok)
    const content = loaded.content.governance.exceptions.standing['night']?.content ?? ''
    const path = join(folder.dir, 'runbot.db')
    const store = await sqliteStore({ path })
    const at = Date.parse('2026-03-01T09:00:00Z')
    await setAutonomy(
      { store },
      { runbook: 'mend-it', environment: null },
      { runbook: 'mend-it', environment: null, level: 'shadow', by: 'Ines Duarte', at },
    )
    for (const name of ['Ines Duarte', 'Maya Lind'])
      await addSignature(store, { exception: 'night', content, by: { id: name, name }, at })
    await store.close()
    const { stdout } = run(['explain-governance', folder.dir], { RUNBOT_STORE: `sqlite:${path}` })
    assert.match(
      stdout,
      /\nmend-it +shadow: records only +shadow: records only\nevery other runbook +approve: always asks/,
    )
    assert.match(stdout, /- mend-it: shadow: records only; set in chat by Ines Duarte on 2026-03-01 09:00 UTC\n/)
    assert.match(stdout, /- night: .* IN FORCE: signed by Ines Duarte \(2026-03-01 09:00 UTC\) and Maya Lind/)
  })

  it('explain-governance of invalid files names their problems instead, with exit 1', () => {
    folder.write({ 'governance.yaml': changed(GOVERNANCE, '1: one,', '1: ones,') })
    assert.deepEqual(run(['explain-governance', folder.dir]), {
      status: 1,
      stdout: `${folder.dir}/governance.yaml:12:23 there is no rule "ones": did you mean "one"?\n`,
      stderr: '',
    })
  })

  it('accepts the files of this project', () => {
    const { status, stdout } = run(['check'])
    assert.equal(status, 0)
    assert.match(stdout, /\n\d+ files, \d+ runbooks?: ok\n$/)
  })

  it('says how it is used when it is not, and what folder is missing', () => {
    assert.equal(run([]).status, 2)
    assert.match(run(['chekc']).stderr, /^usage: /)
    const { status, stderr } = run(['check', join(folder.dir, 'nowhere')])
    assert.deepEqual([status, stderr], [1, `there is no folder ${folder.dir}/nowhere\n`])
  })
})
