// Owns the proof that replicas with other runbook files do not work side by side: the newest files are in force, the others rest.
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, click, GOVERNANCE } from './governance.ts'
import { prepare, recycleStep } from './hand.ts'
import { replicas } from './replicas-stage.ts'
import { type Runbot, until } from './runbot.ts'

const { approver, changeManager, secondApprover } = PEOPLE
/** Longer than the newest files stay in force after the last replica that has them. */
const GONE_MS = 61_000

describe('story: replicas with other runbook files', () => {
  const story = replicas({
    size: 2,
    count: 6,
    edit: (place) => {
      prepare(place, [recycleStep()])
      amend(place, GOVERNANCE, { freeze: { unfreeze: { may: ['change-managers', 'small-team'] } } })
    },
  })
  const readyz = async ({ url }: Runbot) => {
    const answer = await fetch(`${url}/readyz`)
    return { status: answer.status, text: await answer.text() }
  }
  const rests = (replica: Runbot) =>
    until('it rests', async () => {
      const { status, text } = await readyz(replica)
      return status === 503 && /other replicas work with newer runbook files: this one rests/.test(text)
    })
  const works = (replica: Runbot) => until('it works', async () => (await readyz(replica)).status === 200)
  const newFiles = (): string => {
    const runbooks = join(story.place.dir, 'newer')
    cpSync(story.place.runbooks, runbooks, { recursive: true })
    const file = join(runbooks, 'catalog/restart-iis.yaml')
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n# the pool is recycled as before\n`)
    return runbooks
  }

  it('the newest take over at once, the others rest and still take a freeze, until those are gone (P2, P11, P12)', async function () {
    this.timeout(120_000)
    const [a, b] = story.replicas()
    assert(a && b)
    await Promise.all([works(a), works(b)])
    const runbooks = newFiles()
    const c = await story.join({ runbooks })
    await works(c)
    await Promise.all([rests(a), rests(b)])

    const late = await story.join()
    await rests(late)
    assert.equal((await readyz(c)).status, 200, 'older files that come late change nothing')

    const { number, sysId, host } = story.silently()
    assert.equal(await story.announce(a, sysId), 202, 'it stores what arrives, for others')
    const shown = await story.asked(number)
    const refused = await story.at(b, () => story.say(approver, `stop ${shown.run} because "test"`))
    assert.match(refused.text, /newer runbook files: this one rests[\s\S]*another replica answers/)
    const turnedAway = await story.at(b, () => click(story, shown, { as: approver }))
    assert.match(JSON.stringify(turnedAway.body), /this one rests/)
    assert.match((await story.at(a, () => story.say(changeManager, 'freeze because "stop all"'))).text, /is frozen/)
    const frozen = await story.at(c, () => click(story, shown, { as: approver }))
    assert.match(JSON.stringify(frozen.body), /everything is frozen by Ines Duarte: stop all/)
    assert.match((await story.at(c, () => story.say(secondApprover, 'unfreeze'))).text, /no longer frozen/)
    await story.at(c, () => click(story, shown, { as: approver }))
    await story.holder(shown.run).then((replica) => assert.equal(replica.pid, c.pid))
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])

    await c.stop()
    await rests(a)
    story.cosmos().skew(GONE_MS)
    await Promise.all([works(a), works(b), works(late)])
    const again = story.silently()
    assert.equal(await story.announce(a, again.sysId), 202)
    await story.asked(again.number)
  })

  it('leaves an audit trail that holds (P4)', () => story.auditHolds())
})
