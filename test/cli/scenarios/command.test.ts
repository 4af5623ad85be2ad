// Owns the proof that `npm run runbooks -- test` chooses, counts and exits as a CI needs, and that hostile files do nothing.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { virtualClock } from '../../../src/cli/scenarios/clock.ts'
import { changed, GOVERNANCE, testFolder } from '../../adapters/catalog/folder.ts'
import { played, SCENARIO, scenarioWith } from './playing.ts'

const root = join(import.meta.dirname, '../../..')
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/cli/runbooks.ts', 'test', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('npm run runbooks -- test', function () {
  this.timeout(60_000)

  it('plays the scenarios of a folder in a process of its own, and tells a CI how they went', () => {
    const folder = testFolder({
      'governance.yaml': changed(GOVERNANCE, 'evidence: [ops.look], ', ''),
      'scenarios/a.yaml': SCENARIO,
      'scenarios/b.yaml': SCENARIO.replace('end: succeeded', 'end: failed'),
    })
    try {
      const both = run([folder.dir], { OPS_TOKEN: 'token-that-is-secret' })
      assert.deepEqual([both.status, both.stderr], [1, ''])
      assert.match(
        both.stdout,
        /^ok {6}\S*\/scenarios\/a\.yaml slow shop\nfailed {2}\S*\/scenarios\/b\.yaml:13:8 slow shop: end: /,
      )
      assert.match(both.stdout, /\n2 scenarios: 1 ok, 1 failed\n$/)
      assert.doesNotMatch(both.stdout, /token-that-is-secret/)
      // Files and names are chosen by words; a word is no folder.
      const one = run(['a.yaml', 'SLOW'], { RUNBOOKS_DIR: folder.dir })
      assert.deepEqual([one.status, one.stdout.split('\n').at(-2)], [0, '1 scenario: 1 ok, 0 failed'])
      const none = run([folder.dir, 'spooler'])
      assert.deepEqual([none.status, none.stdout], [1, '0 scenarios: 0 ok, 0 failed\nno scenario fits these words\n'])
    } finally {
      folder.remove()
    }
    assert.deepEqual(run(['no/where']), { status: 1, stdout: '', stderr: 'there is no folder no/where\n' })
    assert.equal(run(['--help']).status, 2)
  })

  it('holds for the published example, and for that of this project', () => {
    for (const dir of ['test/adapters/catalog/fixtures', 'runbooks']) {
      const { status, stdout } = run([dir, 'restart-iis.prod-5xx'])
      assert.equal(status, 0, stdout)
      assert.match(stdout, /^ok .* production 5xx, one approver, healthy after\n1 scenario: 1 ok, 0 failed\n$/)
    }
  })

  it('never passes where nothing was played', async () => {
    const { code, lines } = await played({})
    assert.equal(code, 1)
    assert.equal(lines[0], '0 scenarios: 0 ok, 0 failed')
  })

  it('names what is wrong with a scenario or a runbook, plays the others, and does not pass', async () => {
    const { code, lines } = await played({
      'scenarios/a.yaml': SCENARIO,
      'scenarios/b.yaml': SCENARIO.replace('end: succeeded', 'ends: succeeded'),
      'catalog/c.yaml': 'runbook: c\n',
    })
    assert.equal(code, 1)
    assert.ok(lines.includes('scenarios/b.yaml:13:3 unknown key "ends": did you mean "end"?'))
    assert.ok(lines.includes('catalog/c.yaml:1:1 "title" is missing: expected text'))
    assert.deepEqual(lines.slice(-2), [
      'ok      scenarios/a.yaml slow shop',
      '1 scenario: 1 ok, 0 failed, 1 not played, for they are wrong',
    ])
    const broken = await played({ 'governance.yaml': 'governance: [', 'scenarios/a.yaml': SCENARIO })
    assert.equal(broken.code, 1)
    assert.match(broken.text, /^governance\.yaml:1:\d+ this is not YAML/)
  })

  it('plays every scenario in a world of its own', async () => {
    const { code } = await played({ 'scenarios/a.yaml': SCENARIO, 'scenarios/b.yaml': SCENARIO })
    assert.equal(code, 0)
  })

  it('shows hostile text, and nothing more (P9)', async () => {
    const hostile = scenarioWith(
      ['scenario: slow shop', String.raw`scenario: "slow \e[2J\r shop"`],
      ['the shop is slow', String.raw`"slow \e]0;x\a <at>all</at> ${'$'}{env:OPS_TOKEN} {{DATE(2026)}} [runbot RX#1]"`],
      [
        'ops.mend: { succeeded: {} }',
        String.raw`ops.mend: { failed: "no \e[31m ${'$'}{parameters.pool} **x** __proto__" }`,
      ],
      [
        'end: succeeded',
        'end: succeeded\n  targets: { toString: succeeded }\n  says: "${parameters.pool} **x** __proto__"',
      ],
    )
    const { code, lines } = await played(hostile)
    assert.equal(code, 1)
    // oxlint-disable-next-line no-control-regex -- that is what must not get out
    for (const line of lines) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]/)
    assert.match(lines.join('\n'), /toString: expected succeeded, got it is no target of this run/)
    assert.doesNotMatch(lines.join('\n'), /says: expected/)
  })

  it('refuses files that play with the names of JavaScript, or name nobody', async () => {
    const proto = await played(scenarioWith(['tags: [] }', 'tags: [], __proto__: { users: 1 } }']))
    assert.match(proto.text, /the key "__proto__" is not allowed/)
    for (const name of ['constructor', 'web/0', 'toString/1'])
      assert.match((await played(scenarioWith(['by: web,', `by: ${name},`]))).text, /:11:22 there is no group/)
    const third = await played(scenarioWith(['by: web,', 'by: web/3,']))
    assert.equal(third.lines[0], 'failed  scenarios/one.yaml:1:1 slow shop: the group web has fewer than 3 members')
  })
})

describe('the clock of a scenario', () => {
  it('jumps to whoever waits for the shortest, and wakes in that order', async () => {
    const clock = virtualClock(0)
    const woken: string[] = []
    void clock.sleep(3_600_000).then(() => woken.push(`late ${clock.now()}`))
    void clock.sleep(5_000).then(() => woken.push(`soon ${clock.now()}`))
    await clock.step()
    assert.deepEqual(woken, ['soon 5000'])
    await clock.step(60_000)
    assert.deepEqual([clock.now(), woken.length], [60_000, 1])
    await clock.step()
    assert.deepEqual(woken, ['soon 5000', 'late 3600000'])
  })

  it('lets an aborted wait end at once', async () => {
    const [clock, abort] = [virtualClock(0), new AbortController()]
    const waited = clock.sleep(1_000, abort.signal)
    abort.abort()
    await waited
    await clock.sleep(1_000, abort.signal)
    assert.equal(clock.now(), 0)
  })

  it('finds a wait that goes round in a circle', async () => {
    const clock = virtualClock(0)
    const state = { round: true }
    void (async () => {
      while (state.round) await clock.sleep(0)
    })()
    await assert.rejects(clock.settle(), /goes round in a circle/)
    state.round = false
    await clock.settle()
  })
})
