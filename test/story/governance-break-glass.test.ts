// Owns the proof that breaking the glass takes its own role, a reason and two people, is loud, and sets aside only what it may.
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import {
  amend,
  asking,
  begin,
  cardSays,
  click,
  closeCalendars,
  eventsOf,
  GOVERNANCE,
  RUNBOOK,
  refused,
  some,
  threadSays,
} from './governance.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const { approver, changeManager, onCall, outsider, requester, vip } = PEOPLE

describe('story: breaking the glass', () => {
  const story = stage({
    count: 5,
    edit: (place) => {
      closeCalendars(place)
      amend(place, RUNBOOK, { limits: { changeWindow: { in: ['prod'] } } })
      place.add('catalog/drain-iis.yaml', RUNBOOK, (text) =>
        text
          .replace('runbook: restart-iis', 'runbook: drain-iis')
          .replace('"IIS Web Tier"', '"Printer"')
          .replace('tier: 1', 'tier: 3'),
      )
      amend(place, GOVERNANCE, {
        breakGlass: { page: 'duty' },
        freeze: { unfreeze: { may: ['small-team'] } },
      })
      amend(place, 'connectors.yaml', {
        pagers: { duty: { kind: 'pagerduty', url: '${env:PAGERDUTY_URL}', routingKey: '${env:PAGERDUTY_KEY}' } },
      })
    },
  })
  const glassBroken = async () => (await story.control()).filter((event) => event.type === 'glassBroken')
  const broken = async (): Promise<number> => {
    const text = await (await fetch(`${story.bot().url}/metrics`)).text()
    return Number(/^runbot_break_glass_total(?:\{\})? (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
  }
  /** A run that policy stops, for no change is open. */
  const stopped = async () => {
    const { host, number } = story.raise()
    const run = await story.runOf(number)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, /no change on web-\d+ is in Implement now/)
    return { host, number, run }
  }
  /** The run that begins when somebody of the role breaks the glass for this one. */
  const breakFor = async (run: string): Promise<string> => {
    const { text } = await story.say(changeManager, `breakglass ${run} because "the shop is down"`)
    const [, fresh] = /BREAK-GLASS: run (\w+) now asks/.exec(text) ?? []
    assert(fresh, text)
    return fresh
  }

  it('refuses whoever is not of the role, or gives no reason: nothing begins, and the try is kept (P10, P12)', async () => {
    const { host, number, run } = await stopped()
    for (const as of [outsider, requester]) {
      const { text } = await story.say(as, `breakglass ${run} because "let me"`)
      assert.match(text, /You may not break the glass: that takes a member of sre-on-call, change-managers/)
    }
    assert.match((await story.say(changeManager, `breakglass ${run}`)).text, /takes a reason/)
    assert.deepEqual(await story.runsOf(number), [run])
    const tries = (await story.control()).filter((event) => event.type === 'commandRefused')
    assert.deepEqual(
      tries.map((event) => event.by.name),
      [outsider.name, requester.name],
    )
    assert.deepEqual([await glassBroken(), await broken(), story.world.pagerduty.events], [[], 0, []])
    assert.deepEqual(story.effects(host), [])
  })

  it('asks two people of the role for a run that the window stopped, and everybody hears of it (P1, P4, P10)', async () => {
    const { host, number, run: before } = await stopped()
    const run = await breakFor(before)
    const shown = await asking(story, run)
    await cardSays(story, run, /BREAK-GLASS by Ines Duarte[\s\S]*the shop is down/)
    await until('the note', () => story.notes(number).some((note) => /break-glass/i.test(note)))
    const [alert] = await until('the page', () => {
      const found = story.world.pagerduty.alerts().filter(({ dedupKey }) => dedupKey.includes(run))
      return some(found)
    })
    assert.equal(alert?.payload['severity'], 'critical')
    const [entry] = await glassBroken()
    assert.deepEqual([entry?.run, entry?.by.id, entry?.reason], [before, changeManager.aadObjectId, 'the shop is down'])
    assert.equal(await broken(), 1)
    assert.deepEqual((await eventsOf(story, run, 'proposed'))[0]?.link, { run: before, why: 'breakGlass' })
    assert.match(
      (await story.say(changeManager, `breakglass ${before} because "again"`)).text,
      /was broken for it before/,
    )

    assert.match(await refused(story, shown, { as: approver }), /you are not in sre-on-call, change-managers/)
    await click(story, shown, { as: changeManager })
    assert.match(await refused(story, shown, { as: changeManager }), /you have already approved this/)
    assert.deepEqual(story.effects(host), [])
    await click(story, shown, { as: onCall })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await until('the page to be resolved', () =>
      story.world.pagerduty.alerts().every(({ status }) => status === 'resolved'),
    )
    assert.equal((await story.runsOf(number)).length, 2)
  })

  it('voids what was approved for a run that waits, and asks the role instead (P1)', async () => {
    const host = story.host()
    story.world.openChange({ ci: host })
    const { number } = story.raise({ host, fields: { caller_id: vip.sysId } })
    const shown = await story.asked(number)
    await click(story, shown, { as: approver })
    const { text } = await story.say(changeManager, `breakglass ${shown.run} because "no time"`)
    assert.match(text, new RegExp(`run ${shown.run} now asks 2 people`))
    await threadSays(story, shown.run, /BREAK-GLASS by Ines Duarte\*\*: no time/)
    await cardSays(story, shown.run, /BREAK-GLASS by Ines Duarte/)
    const asked = await asking(story, shown.run)
    await click(story, asked, { as: changeManager })
    assert.deepEqual(await eventsOf(story, shown.run, 'executionStarted'), [])
    await click(story, asked, { as: onCall })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('does not set a freeze aside (P2, P11)', async () => {
    const { host, run: before } = await stopped()
    await story.say(changeManager, 'freeze because "the auditors are here"')
    const run = await breakFor(before)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, /everything is frozen by Ines Duarte: the auditors are here/)
    assert.deepEqual(story.effects(host), [])
    assert.match((await story.say(approver, 'unfreeze')).text, /no longer frozen/)
  })

  it('does not make tier 3 automatic or askable: that stays for people only (P1)', async () => {
    const host = story.host()
    story.world.sites[host]?.break()
    const before = await begin(story, requester, `drain-iis ${host}`)
    assert.equal((await story.ended(before)).status, 'stoppedByPolicy')
    const run = await breakFor(before)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman', reason)
    assert.match(reason, /tier 3 in prod is for people only/)
    assert.deepEqual(await eventsOf(story, run, 'approved'), [])
    assert.deepEqual(story.effects(host), [])
  })
})
