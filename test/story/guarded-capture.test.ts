// Owns the proof that of what an endpoint says only captured values enter a request, within their bounds, at their place (P9).
import assert from 'node:assert/strict'
import { cardSays, eventsOf, threadSays } from './governance.ts'
import { approved, rollOut } from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage } from './story.ts'
import { goBack, hostsWithVersions, sentTo, type Versions, withVersions } from './versions.ts'

type Hosts = ReturnType<typeof hostsWithVersions>

/** A run on one host that reports this, approved. */
const runOn = async (story: Story, { reports }: Hosts, says: Partial<Versions>) => {
  const host = story.host()
  reports(host, says)
  const { run } = await approved(story, [host], `restart-iis ${host}`)
  return { run, host }
}

/** Nothing was sent, and the run says why. */
async function nothingLeft(story: Story, { run, host }: { run: string; host: string }, words: RegExp): Promise<void> {
  const { status, reason } = await story.ended(run)
  assert.equal(status, 'failed')
  assert.match(reason, words)
  assert.deepEqual(sentTo(story, host), [])
  assert.deepEqual(await eventsOf(story, run, 'actionStarted'), [])
}

describe('story: what a preflight captures', () => {
  const hosts = hostsWithVersions()
  const story = stage(withVersions(hosts))

  it('is recorded before the action, and stands in the request that left and in the rollback that was staged (P9)', async () => {
    const { run, host } = await runOn(story, hosts, {})
    assert.equal((await story.ended(run)).status, 'succeeded')
    const sent = { host, version: '2.3.9', slots: 4, note: ['was 2.4.1', 'by runbot'] }
    assert.deepEqual(sentTo(story, host), [sent])
    const log = await story.log(run)
    const looked = log.findIndex((event) => event.type === 'preflighted')
    const started = log.findIndex((event) => event.type === 'actionStarted')
    const [found, left] = [log[looked], log[started]]
    assert.ok(looked >= 0 && looked < started)
    assert.deepEqual(found?.type === 'preflighted' && found.captured, { version: '2.4.1', previous: '2.3.9', slots: 3 })
    assert.deepEqual(left?.type === 'actionStarted' && [left.request.with, left.rollback?.with], [
      sent,
      { host, version: '2.4.1' },
    ])
  })

  it('is what the rollback goes back to, whatever the host says by then (P9)', async () => {
    const host = story.host()
    const release = story.world.ops.hold('set-version', host)
    story.world.ops.orders.fail('set-version', host, 1)
    const { run } = await approved(story, [host], `restart-iis ${host}`)
    await until('the action', () => sentTo(story, host).length === 1)
    hosts.reports(host, { version: '9.9.9', previous: '0.0.1' })
    release()
    assert.equal((await story.ended(run)).status, 'rolledBack')
    assert.deepEqual(sentTo(story, host).slice(1), [{ host, version: '2.4.1' }])
  })

  it('is each host’s own', async () => {
    const { run, hosts: all } = await rollOut(story, 2, ([one = '', two = '']) => {
      hosts.reports(one, { previous: '1.0' })
      hosts.reports(two, { previous: '2.0', slots: 12 })
    })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(
      all.map((host) => sentTo(story, host).map(({ version, slots }) => [version, slots])),
      [[['1.0', 4]], [['2.0', 13]]],
    )
  })

  const outside: readonly (readonly [string, Partial<Versions>, RegExp])[] = [
    ['a number over its limit', { slots: 13 }, /slots is 13, but has to be a whole number, at least 1, at most 12/],
    ['a number under its limit', { slots: 0 }, /slots is 0/],
    ['part of a number', { slots: 2.5 }, /slots is 2\.5/],
    ['no number', { slots: { more: 3 } }, /slots is \{"more":3\}/],
    ['nothing', { slots: undefined }, /slots cannot be captured/],
    ['text outside its pattern', { previous: '../../etc/passwd' }, /previous is "\.\.\/\.\.\/etc\/passwd"/],
    ['a shell command', { previous: 'x"; rm -rf /' }, /previous is "x\\"; rm -rf \//],
    ['text that goes on after a fit', { previous: '2.3.9; reboot' }, /previous is "2\.3\.9; reboot"/],
    ['a second line after a fit', { previous: '2.3.9\nreboot' }, /previous is "2\.3\.9\\nreboot"/],
    ['an expression', { previous: '${parameters.pool}' }, /previous is "\$\{parameters\.pool\}"/],
    ['a list', { previous: ['2.3.9'] }, /previous is \["2\.3\.9"\]/],
  ]
  for (const [what, says, words] of outside)
    it(`lets nothing leave where it is ${what} (P9, P12)`, async () => {
      await nothingLeft(story, await runOn(story, hosts, says), words)
    })
})

describe('story: captured text whose pattern allows anything', () => {
  const hosts = hostsWithVersions()
  const story = stage(withVersions(hosts, { steps: [goBack({}, '(?s).{1,300}')] }))

  const hostile = [
    '${parameters.pool}',
    '${steps["go-back"].captured.version}',
    'x"; rm -rf / #',
    '","host":"web-02","version":"',
    "'\n$(reboot)`reboot`\u0000",
    '{{host}} %{host} {"host":"web-02"}',
    '__proto__',
  ]
  for (const text of hostile)
    it(`stands where it belongs as it came, and changes nothing else: ${JSON.stringify(text)} (P9)`, async () => {
      const { run, host } = await runOn(story, hosts, { previous: text })
      assert.equal((await story.ended(run)).status, 'succeeded')
      const sent = { host, version: text, slots: 4, note: ['was 2.4.1', 'by runbot'] }
      assert.deepEqual(sentTo(story, host), [sent])
      const targets = story.world.ops
        .effectsOf('set-version')
        .map(({ target, parameters }) => [target, parameters['host']])
      for (const [target, named] of targets) assert.equal(target, named)
    })
})

describe('story: what says that it could not be undone, or that the runbook is stale', () => {
  const hosts = hostsWithVersions()
  const story = stage(withVersions(hosts))

  it('lets nothing leave where the rollback’s check does not hold, and says that it could not be undone (P12)', async () => {
    await nothingLeft(
      story,
      await runOn(story, hosts, { available: false }),
      /preflight of go-back says stop: it could not be rolled back: result\.available does not hold/,
    )
  })

  it('lets nothing leave where that check cannot be made (P5)', async () => {
    const host = story.host()
    story.world.ops.orders.fail('version-store', host)
    const { run } = await approved(story, [host], `restart-iis ${host}`)
    await nothingLeft(story, { run, host }, /it could not be rolled back: .*version-store failed/)
    const [looked] = await eventsOf(story, run, 'preflighted')
    assert.equal(looked?.contradicts, undefined)
  })

  it('stops at a contradiction: nothing was sent, no further host is touched, and the runbook is possibly stale (P12)', async () => {
    const { run, hosts: all } = await rollOut(story, 2, ([one = '']) => hosts.reports(one, { version: '2.3.9' }))
    const [one = '', two = ''] = all
    await nothingLeft(story, { run, host: one }, /preflight of go-back says stop: .*does not hold/)
    assert.deepEqual(sentTo(story, two), [])
    assert.deepEqual(
      (await eventsOf(story, run, 'preflighted')).map(({ target, ok, contradicts }) => [target, ok, contradicts]),
      [[one, false, true]],
    )
    await cardSays(story, run, /possibly stale/i)
    await threadSays(story, run, /possibly stale/i)
  })
})
