// Owns the proof that what was seen before and after, what was sent and what was answered goes to the incident, with its hashes (P4).
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { eventsOf } from './governance.ts'
import { approved, incidentOn, type Rollout, recycle, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

interface Bundle {
  readonly run: string
  readonly plan: string
  readonly incident: string
  readonly end: { readonly status: string }
  readonly head: { readonly seq: number; readonly hash: string }
  readonly requests: readonly {
    readonly what: string
    readonly step: string
    readonly target: string
    readonly ci: { readonly sysId: string; readonly name: string } | null
    readonly key: string
    readonly operation: string
    readonly with: unknown
  }[]
  readonly evidence: readonly { readonly id: string; readonly sha256: string | null; readonly bytes: number }[]
  readonly log: readonly { readonly seq: number; readonly hash: string }[]
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe('story: evidence', () => {
  const story = stage(
    withRunbook({
      targets: { max: 8, waves: ['100%'], concurrency: 2, stopAfterFailures: 2 },
      evidence: [
        { do: 'ops.diagnostics', with: { host: '${target}' } },
        { do: 'http.get', with: { url: '${ci.health_url}' } },
      ],
      steps: [recycle()],
    }),
  )
  const files = (number: string) =>
    story.world.servicenow.attachments(story.world.servicenow.incident(number)['sys_id'] ?? '')

  let rollout: Rollout
  let number = ''
  /** Two hosts answer with errors; the recycle mends the first, and fails on the second. */
  before(async () => {
    const hosts = [story.host(), story.host()]
    for (const host of hosts) story.world.sites[host]?.break()
    story.world.ops.orders.fail('recycle-pool', hosts[1] ?? '')
    number = incidentOn(story, hosts[0] ?? '')
    rollout = await approved(story, hosts, `restart-iis ${hosts.join(' ')} for ${number}`)
    assert.equal((await story.ended(rollout.run)).status, 'rolledBack')
  })

  const bundleOf = async (): Promise<Bundle> => {
    const file = await until('the bundle', () => files(number).find(({ name }) => name.includes('-bundle-')))
    const [finished] = (await (await story.store()).entries(rollout.run)).slice(-1)
    assert.equal(file.name, `runbot-${rollout.run}-bundle-${finished?.seq}.json`)
    return JSON.parse(file.bytes.toString()) as Bundle
  }
  const contentOf = (id: string): string =>
    files(number)
      .find(({ name }) => name.includes(`-evidence-${id}-`))
      ?.bytes.toString() ?? ''

  it('is captured on each host before anybody is asked, and again at the end', async () => {
    const captured = (await eventsOf(story, rollout.run, 'evidenceCaptured')).filter(({ id }) =>
      /^(after-)?\d+$/.test(id),
    )
    const [one, two] = rollout.hosts
    const looks = [one, two].flatMap((host) => [`ops.diagnostics ${host}`, `http.get ${host}`])
    const of = (wanted: RegExp) =>
      captured.flatMap(({ id, do: operation, target }) => (wanted.test(id) ? [`${operation} ${target}`] : []))
    assert.deepEqual(of(/^\d/).toSorted(), looks.toSorted())
    assert.deepEqual(of(/^after-/).toSorted(), looks.toSorted())
    await bundleOf()
    const statusOn = (host = '', id = '') => {
      const found = captured.find(
        (each) => each.target === host && each.do === 'http.get' && each.id.startsWith('after-') === (id !== ''),
      )
      return /"status":\s*(\d+)/.exec(contentOf(found?.id ?? 'none'))?.[1]
    }
    assert.deepEqual(
      [statusOn(one), statusOn(one, 'after'), statusOn(two), statusOn(two, 'after')],
      ['503', '200', '503', '503'],
    )
  })

  it('is each answer of an action and of a rollback, with its log and under its SHA-256', async () => {
    const answers = (await eventsOf(story, rollout.run, 'evidenceCaptured')).filter(({ id }) =>
      /^(action|rollback)-/.test(id),
    )
    const [one, two] = rollout.hosts
    assert.deepEqual(
      answers.map(({ do: operation, target, ok }) => `${operation} ${target} ${ok}`).toSorted(),
      [`ops.recycle_pool ${one} true`, `ops.recycle_pool ${two} false`, `ops.start_pool ${two} true`].toSorted(),
    )
    await bundleOf()
    const answer = answers.find(({ target }) => target === one)
    const content = JSON.parse(contentOf(answer?.id ?? 'none')) as {
      key: string
      log: string
      request: { with: unknown }
    }
    const effect = story.world.ops.effects.find(({ runbook, target }) => runbook === 'recycle-pool' && target === one)
    assert.equal(content.key, effect?.clientRunId)
    assert.deepEqual(content.request.with, { host: one })
    assert.match(content.log, /recycling DefaultAppPool/)
  })

  it('is attached to the incident with a bundle, whose hashes are those of what is attached (P4)', async () => {
    const bundle = await bundleOf()
    assert.deepEqual([bundle.run, bundle.incident, bundle.end.status], [rollout.run, number, 'rolledBack'])
    assert.ok(bundle.evidence.length >= 11)
    for (const { id, sha256, bytes } of bundle.evidence) {
      const attached = files(number).filter(({ name }) => name.startsWith(`runbot-${rollout.run}-evidence-${id}-`))
      assert.deepEqual(
        attached.map((file) => [hashOf(file.bytes), file.bytes.length]),
        [[sha256, bytes]],
        id,
      )
    }
    const captured = await eventsOf(story, rollout.run, 'evidenceCaptured')
    // What was looked at before the ask came in side by side; the bundle lists it as the runbook does.
    assert.deepEqual(
      bundle.evidence.map(({ id, sha256 }) => `${id} ${sha256}`).toSorted(),
      captured.map(({ id, sha256 }) => `${id} ${sha256}`).toSorted(),
    )
  })

  it('holds the exact requests, with the CI that each went to, and the log to its last entry (P4)', async () => {
    const bundle = await bundleOf()
    const real = story.world.ops.effects.filter(({ runbook }) => runbook === 'recycle-pool' || runbook === 'start-pool')
    assert.equal(real.length, 3)
    for (const { clientRunId, target, parameters } of real) {
      const request = bundle.requests.find(({ key }) => key === clientRunId)
      assert.deepEqual([request?.target, request?.with], [target, parameters])
      const ci = story.world.ci(target ?? '')
      assert.deepEqual(request?.ci, { sysId: ci.sys_id, name: target })
    }
    assert.deepEqual(bundle.requests.map(({ what, operation }) => `${what} ${operation}`).toSorted(), [
      'action ops.recycle_pool',
      'action ops.recycle_pool',
      'rollback ops.start_pool',
    ])
    const entries = await (await story.store()).entries(rollout.run)
    assert.deepEqual(
      bundle.log.map(({ seq, hash }) => [seq, hash]),
      entries.map(({ seq, hash }) => [seq, hash]),
    )
    assert.deepEqual(bundle.head, { seq: entries.at(-1)?.seq, hash: entries.at(-1)?.hash })
    const note = await until('the closing note', () =>
      story.notes(number).find((text) => text.includes(bundle.head.hash)),
    )
    assert.match(note, /Automation failed/)
  })
})
