// Owns the proof that `npm run runbooks` reports what a person or a CI needs, and nothing of the inside.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { changed, RUNBOOK, type TestFolder, testFolder } from '../adapters/catalog/folder.ts'

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

  it('accepts the files of this project', () => {
    const { status, stdout } = run(['check'])
    assert.equal(status, 0)
    assert.match(stdout, /\n6 files, 1 runbook: ok\n$/)
  })

  for (const command of ['test', 'replay', 'draft'])
    it(`${command} says that it comes later, with exit 2`, () => {
      assert.deepEqual(run([command]), {
        status: 2,
        stdout: '',
        stderr: `runbooks ${command} comes with a later version.\n`,
      })
    })

  it('says how it is used when it is not, and what folder is missing', () => {
    assert.equal(run([]).status, 2)
    assert.match(run(['chekc']).stderr, /^usage: /)
    const { status, stderr } = run(['check', join(folder.dir, 'nowhere')])
    assert.deepEqual([status, stderr], [1, `there is no folder ${folder.dir}/nowhere\n`])
  })
})
