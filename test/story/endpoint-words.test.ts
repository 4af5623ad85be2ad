// Owns the proof of what a run makes of an endpoint's words: a status that goes back, one that nobody knows, a page.
import assert from 'node:assert/strict'
import type { RunEvent } from '../../src/core/run.ts'
import { requestTo } from '../sandbox/faults.ts'
import { JENKINS_USER, type Jenkins, startJenkins } from '../sandbox/jenkins.ts'
import type { Answer, Call } from '../sandbox/server.ts'
import { until } from './runbot.ts'
import { type Story, stage, wordsOf } from './story.ts'

const approved = async (story: Story, number: string) => {
  const shown = await story.asked(number)
  await story.world.teams.click({ as: story.world.people.approver, message: shown.message.id, verb: 'approve' })
  return shown.run
}
const some = async (story: Story, run: string, type: RunEvent['type']) =>
  (await story.log(run)).filter((event) => event.type === type)

/** Whenever the recycling of this host is read, the next of these is its status; after the last the truth. */
function scripted(story: Story, host: string, statuses: readonly string[]) {
  const left = [...statuses]
  const reads: string[] = []
  const isIts = ({ method, path }: Call) => {
    const effect = story.world.ops.effects.find((each) => each.runbook === 'recycle-pool' && each.target === host)
    const run = story.world.ops.runs().find(({ clientRunId }) => clientRunId === effect?.clientRunId)
    return method === 'GET' && run !== undefined && path === `/v1/runs/${run.id}`
  }
  const rewrite = (answer: Answer): Answer => {
    const body = answer.body as { status: string }
    const status = left.shift() ?? body.status
    reads.push(status)
    return { ...answer, body: { ...body, status } }
  }
  story.world.ops.faults.add({ fault: { rewrite }, match: isIts, times: 10_000 })
  return { reads }
}

describe('story: an endpoint that changes its mind', () => {
  const story = stage({ count: 4 })
  afterEach(() => story.world.ops.faults.clear())

  it('follows a status that goes back as long as none was an end, and acts once (P3)', async () => {
    const { number, host } = story.raise()
    scripted(story, host, ['running', 'queued', 'waiting', 'queued'])
    const run = await approved(story, number)
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.equal((await some(story, run, 'actionEnded')).length, 1)
  })

  it('believes the first end and never asks again: what helped is what the verification sees (P3)', async () => {
    const { number, host } = story.raise()
    const { reads } = scripted(story, host, ['running', 'succeeded', 'running', 'failed'])
    const run = await approved(story, number)
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(reads, ['running', 'succeeded'])
    const ends = (await some(story, run, 'actionEnded')) as Extract<RunEvent, { type: 'actionEnded' }>[]
    assert.deepEqual(
      ends.map(({ outcome }) => outcome),
      ['succeeded'],
    )
  })

  it('rolls back after a failure, whatever the endpoint says of it later (P3)', async () => {
    const { number, host } = story.raise()
    const { reads } = scripted(story, host, ['failed', 'running', 'succeeded'])
    const run = await approved(story, number)
    await until('the rollback', async () => (await some(story, run, 'rollbackEnded')).length > 0)
    assert.deepEqual(reads, ['failed'])
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
  })

  it('shows a status that it does not know as what it waits for, and goes on from there (P5, P12)', async () => {
    const { number, host } = story.raise()
    scripted(story, host, Array<string>(3).fill('hibernating'))
    const run = await approved(story, number)
    await until('the status on the card', () => wordsOf(story.cardOf(run)?.card).includes('"hibernating"'))
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.equal((await some(story, run, 'actionStarted')).length, 1)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })
})

describe('story: words that never make sense (time passes 30 times as fast)', () => {
  let jenkins: Jenkins
  before(async () => {
    const parameters = [{ name: 'RUNBOT_KEY' }, { name: 'host' }]
    jenkins = await startJenkins({ jobs: { recycle: { parameters } }, quietMs: 5, durationMs: 5 })
  })
  after(() => jenkins.stop())
  const [user, token] = [JENKINS_USER.user, JENKINS_USER.token]
  const action = /action:\n {6}do: ops\.recycle_pool\n {6}with: .*\n {6}timeout: 2m/
  const story = stage({
    count: 4,
    speed: 30,
    env: { JENKINS_USER: user, JENKINS_TOKEN: token },
    edit(place) {
      place.edit('connectors.yaml', (text) =>
        text
          .replace(/^ {2}http:\n/m, `${jenkinsAt(jenkins.url)}  http:\n`)
          .replace(/^( +)get: \{ tier: 0, method: GET \}.*\n/m, '$&$1poke: { tier: 1, method: POST }\n'),
      )
      const like = (name: string, sends: string) =>
        place.add(`catalog/${name}.yaml`, 'catalog/restart-iis.yaml', (text) =>
          text
            .replace('runbook: restart-iis', `runbook: ${name}`)
            .replace(action, `action:\n      ${sends}`)
            .replace(/^match:\n(?: {2}.*\n)+/m, ''),
        )
      like('by-jenkins', 'do: jenkins.recycle\n      with: { host: "${target}" }\n      timeout: 2m')
      like('by-http', 'do: http.poke\n      with: { url: "${ci.health_url}" }\n      timeout: 5s')
      place.edit('catalog/restart-iis.yaml', (text) => text.replace('timeout: 2m', 'timeout: 5s'))
    },
  })
  /** A person's run of a runbook on a fresh host whose site is broken. */
  const asked = async (runbook: string) => {
    const host = story.host()
    story.world.sites[host]?.break()
    const { text, card } = await story.say(story.world.people.secondApprover, `run ${runbook} ${host} because "pages"`)
    const [run] = await story.runs({ limit: 1 })
    assert.ok(run, `${text} ${card}`)
    const message = await until('the card', () => story.cardOf(run))
    await story.world.teams.click({ as: story.world.people.approver, message: message.id, verb: 'approve' })
    return { host, run }
  }

  it('calls it unknown when a status stays unknown past the time limit and a cancel does not end it (P3, P11)', async () => {
    const { number, host } = story.raise()
    story.world.ops.setDuration('recycle-pool', 600_000)
    const { reads } = scripted(story, host, Array<string>(10_000).fill('hibernating'))
    const run = await approved(story, number)
    const { status, reason } = await story.ended(run, 20_000)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /what became of recycle-pool cannot be told/)
    assert.ok(reads.length > 1)
    assert.equal(story.world.ops.requests.filter(requestTo('POST', /\/cancel$/)).length, 1)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  for (const [what, commit] of [
    ['found by its key where it began', true],
    ['never sent again where it did not begin, and it is said that it never started', false],
  ] as const)
    it(`answered by a page, a launch on Jenkins is ${what} (P3)`, async () => {
      const launches = requestTo('POST', /buildWithParameters$/)
      const before = [jenkins.effects.length, jenkins.requests.filter(launches).length] as const
      jenkins.faults.add({ fault: 'html', commit, match: launches })
      const { host, run } = await asked('by-jenkins')
      await until('the launch', () => jenkins.requests.filter(launches).length > before[1])
      story.world.sites[host]?.heal()
      const [end] = (await until('its end', async () => {
        const ends = await some(story, run, 'actionEnded')
        return ends.length > 0 ? ends : undefined
      })) as Extract<RunEvent, { type: 'actionEnded' }>[]
      assert.deepEqual([end?.outcome, end?.effect], commit ? ['succeeded', 'possible'] : ['failed', 'none'])
      if (commit) assert.equal((await story.ended(run)).status, 'succeeded')
      else assert.match(end?.reason ?? '', /knows nothing of it: it never started/)
      assert.equal(jenkins.requests.filter(launches).length, before[1] + 1)
      assert.equal(jenkins.effects.length, before[0] + (commit ? 1 : 0))
    })

  it('answered by a page, a plain http request is unknown for good: a person decides, nothing is sent twice (P3)', async () => {
    const posts = requestTo('POST', '/health')
    for (const site of Object.values(story.world.sites)) site.faults.add({ fault: 'html', commit: true, match: posts })
    const { host, run } = await asked('by-http')
    const { status, reason } = await story.ended(run, 20_000)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /what became of recycle-pool cannot be told/)
    assert.equal(story.world.sites[host]?.requests.filter(posts).length, 1)
  })
})

const jenkinsAt = (url: string): string => `  jenkins:
    kind: jenkins
    url: ${url}
    auth: { basic: ["\${env:JENKINS_USER}", "\${env:JENKINS_TOKEN}"] }
    operations: { recycle: { tier: 1, job: recycle } }
`
