// Owns the proof of what is handed over: an incident that fits no class, one that its class stops, and a run in vain.
import assert from 'node:assert/strict'
import { eventsOf } from './governance.ts'
import { approved, incidentOn, recycle, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage, wordsOf } from './story.ts'

interface Bundle {
  readonly run: string
  readonly end: { readonly status: string }
  readonly evidence: readonly { readonly id: string; readonly operation: string; readonly sha256: string | null }[]
  readonly requests: readonly unknown[]
  readonly handOff: {
    readonly class: string | null
    readonly escalate: string | null
    readonly hypotheses: readonly { readonly what: string; readonly evidence: readonly string[] }[]
    readonly ruledOut: readonly { readonly what: string; readonly because: string }[]
    readonly unknown: readonly string[]
    readonly tried: readonly unknown[]
    readonly timeline: readonly { readonly seq: number; readonly what: string }[]
  } | null
}

const attached = (story: Story, number: string) =>
  story.world.servicenow.attachments(story.world.servicenow.incident(number)['sys_id'] ?? '')
const bundleOf = async (story: Story, number: string): Promise<Bundle> => {
  const file = await until('the bundle', () => attached(story, number).find(({ name }) => name.includes('-bundle-')))
  return JSON.parse(file.bytes.toString()) as Bundle
}
const closing = (story: Story, number: string, words: string): Promise<string> =>
  until(`a note that says ${words}`, () => story.notes(number).find((note) => note.includes(words)))

describe('story: a hand-over', () => {
  const story = stage({
    count: 3,
    edit: (place) => {
      place.edit('governance.yaml', (text) =>
        text.replace('evidence: [] # read-only', 'evidence: [ops.diagnostics] # read-only').replace(
          'escalate: web-platform\n',
          `escalate: web-platform
    stop: [{ when: 'incident.text.contains("moved tonight")', because: the shop is moved tonight }]
`,
        ),
      )
    },
  })
  const jam = { short_description: 'The printer is jammed', description: 'Paper everywhere' }

  it('is made of what fits no class: looked at, told everywhere, nothing guessed and nothing sent', async () => {
    const { number, host } = story.raise({ fields: jam })
    const run = await story.runOf(number)
    const { status, reason } = await story.ended(run)
    assert.deepEqual([status, reason], ['needsHuman', 'it fits no class of the taxonomy; handed over, nothing guessed'])
    const looks = (await eventsOf(story, run, 'evidenceCaptured')).map((each) => [each.do, each.target, each.ok])
    assert.deepEqual(looks, [['ops.diagnostics', host, true]])
    assert.deepEqual(story.effects(host), [])
    const note = await closing(story, number, 'Handed over to a person')
    assert.match(note, /Hypotheses: none, nothing that was read points to a cause/)
    assert.match(note, /Ruled out: .*runbook clear-dns-cache \(the incident fits no class of the taxonomy\)/)
    assert.match(note, /To ask: owner Web Platform; on call .*; calls sre-on-call/)
    const { handOff, evidence, requests, end } = await bundleOf(story, number)
    assert.deepEqual([end.status, handOff?.class, handOff?.escalate], ['needsHuman', null, 'sre-on-call'])
    assert.deepEqual(requests, [])
    assert.match(evidence[0]?.sha256 ?? '', /^[0-9a-f]{64}$/)
    assert.deepEqual(handOff?.timeline.map(({ what }) => what).slice(0, 2), [
      'read, and handed over without a proposal',
      `ops.diagnostics of ${host} was looked at`,
    ])
    const shown = await until('its card', () => wordsOf(story.cardOf(run)?.card))
    assert.match(shown, /No hypothesis: nothing that was read points to a cause/)
    await until('the call', () => story.thread(run).find((text) => /Nothing ran\. Please take over/.test(text)))
  })

  it('is made once, however often the incident is told, and over a crash (P3, P8)', async () => {
    const { number, sysId } = story.raise({ fields: jam })
    const run = await story.runOf(number)
    await story.bot().kill()
    await story.restart()
    const told = { type: 'incident.updated', data: { sys_id: sysId, number } }
    for (const _ of [1, 2]) assert.equal((await story.deliver({ body: told })).status, 202)
    await story.ended(run)
    await closing(story, number, 'Handed over to a person')
    await bundleOf(story, number)
    assert.deepEqual(await story.runsOf(number), [run])
    assert.equal(story.notes(number).filter((note) => note.includes('Handed over to a person')).length, 1)
    assert.equal((await eventsOf(story, run, 'evidenceCaptured')).length, 1)
  })

  it('is made of what its class stops, and says which condition (P12)', async () => {
    const { number, host } = story.raise({
      fields: { short_description: '5xx spike on the shop', description: 'It is moved tonight' },
    })
    const { status, reason } = await story.ended(await story.runOf(number))
    assert.equal(status, 'needsHuman')
    assert.equal(
      reason,
      'class elevated-error-rate says stop: the shop is moved tonight; handed over, nothing is proposed',
    )
    const { handOff } = await bundleOf(story, number)
    assert.deepEqual([handOff?.class, handOff?.escalate], ['elevated-error-rate', 'web-platform'])
    assert.deepEqual(story.effects(host), [])
    const { text, card } = await story.say(story.world.people.approver, `plan restart-iis for ${number}`)
    assert.match(`${text}${card}`, /lass elevated-error-rate says stop: the shop is moved tonight/)
  })
})

describe('story: the hand-off of a run that did not help', () => {
  const story = stage(withRunbook({ steps: [recycle()] }))

  it('says what was tried, and that the cause is another one, in the note and in the bundle', async () => {
    const host = story.host()
    story.world.sites[host]?.break()
    story.world.ops.orders.fail('recycle-pool', host)
    const number = incidentOn(story, host)
    const { run } = await approved(story, [host], `restart-iis ${host} for ${number}`)
    assert.equal((await story.ended(run)).status, 'rolledBack')
    const { handOff, end } = await bundleOf(story, number)
    assert.equal(end.status, 'rolledBack')
    assert.deepEqual(handOff?.tried, [{ step: 'recycle', target: host, end: 'failed' }])
    assert.deepEqual(
      handOff.hypotheses.map(({ what, evidence }) => [what, evidence]),
      [[`recycle could not be done on ${host}`, [`the answer of ops.recycle_pool on ${host}`]]],
    )
    const told = handOff.timeline.map(({ what }) => what)
    assert.ok(told.includes(`ops.recycle_pool left for recycle on ${host}`), told.join('\n'))
    assert.match(told.at(-1) ?? '', /^ended as rolledBack: /)
    const note = await closing(story, number, 'Hypothesis 1')
    assert.match(note, new RegExp(`Hypothesis 1: recycle could not be done on ${host} .*Evidence: the answer of`))
  })
})
