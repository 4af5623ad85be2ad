// Owns the proof that a freeze stops what is to come, is seen at once on every open card, and ends by another person (P2, P11).
import assert from 'node:assert/strict'
import { freeze } from '../../src/cli/freeze.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, cardSays, click, eventsOf, GOVERNANCE, preflightOf, refused } from './governance.ts'
import { until } from './runbot.ts'
import { payloadOf, stage, wordsOf } from './story.ts'

const { approver, changeManager, outsider, secondApprover } = PEOPLE

describe('story: a freeze', () => {
  const story = stage({
    count: 5,
    edit: (place) => amend(place, GOVERNANCE, { freeze: { unfreeze: { may: ['change-managers', 'small-team'] } } }),
  })
  const ask = async () => {
    const { host, number } = story.raise()
    return { host, number, shown: await story.asked(number) }
  }
  const frozen = (run: string) => cardSays(story, run, /Frozen\. Approvals are refused until the unfreeze/)
  const thawed = (run: string) =>
    until('the card without the freeze', () => {
      const message = story.cardOf(run)
      return message && !/Frozen\./.test(wordsOf(message.card)) && payloadOf(message, 'approve')
    })
  /** As at a terminal beside runbot. */
  const atTerminal = async (...args: string[]) => {
    const lines: string[] = []
    const env = { RUNBOT_STORE: `sqlite:${story.place.store}`, RUNBOOKS_DIR: story.place.runbooks, ...ENV }
    const say = (line: string) => void lines.push(line)
    const code = await freeze(args, env, { out: say, err: say })
    return { code, said: lines.join('\n') }
  }
  const ENV = {
    OPS_URL: 'http://127.0.0.1:1',
    OPS_TOKEN: 'x',
    OPS_CALLBACK_SECRET: 'x',
    SITE_URL: 'http://127.0.0.1:1',
    PROMETHEUS_URL: 'http://127.0.0.1:1',
  }

  it('shows on every open card at once, without its buttons, and so does the unfreeze (P6, P11)', async () => {
    const runs = [(await ask()).shown, (await ask()).shown]
    assert.match((await story.say(outsider, 'freeze because "me too"')).text, /You may not freeze/)
    assert(runs.every(({ run }) => payloadOf(story.cardOf(run) ?? { card: null }, 'approve')))
    await story.say(changeManager, 'freeze because "the auditors are here"')
    for (const { run } of runs) {
      const { card } = await frozen(run)
      assert.match(wordsOf(card), /everything is frozen by Ines Duarte: the auditors are here/)
      assert.equal(payloadOf({ card }, 'approve'), undefined)
    }
    assert.match((await story.say(changeManager, 'unfreeze')).text, /Who froze it may not unfreeze it/)
    for (const { run } of runs) await frozen(run)
    assert.match((await story.say(secondApprover, 'unfreeze')).text, /no longer frozen/)
    for (const shown of runs) {
      await thawed(shown.run)
      await click(story, shown, { as: approver, verb: 'reject' })
    }
  })

  it('from the command line shows on the card, refuses approvals, and is ended by another person only (P2, P11, P12)', async () => {
    const { host, shown } = await ask()
    const begun = await atTerminal('env:prod', 'because', 'Teams', 'is', 'down')
    assert.equal(begun.code, 0, begun.said)
    const { card } = await frozen(shown.run)
    assert.match(wordsOf(card), /env:prod is frozen by cli:.*: Teams is down/)
    assert.match(await refused(story, shown, { as: approver }), /env:prod is frozen by cli/)
    const ended = await atTerminal('unfreeze', 'env:prod', 'because', 'it is over')
    assert.deepEqual([ended.code, /who froze it may not unfreeze it/.test(ended.said)], [1, true], ended.said)
    await frozen(shown.run)
    assert.match((await story.say(secondApprover, 'unfreeze env:prod')).text, /no longer frozen/)
    await thawed(shown.run)
    await click(story, shown, { as: approver })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('from the command line blocks the next request of a run that was approved before (P2, P11)', async () => {
    const { host, shown } = await ask()
    story.world.ops.setDuration('pool-status', 1_500)
    await click(story, shown, { as: approver })
    await preflightOf(story, host)
    const begun = await atTerminal('because', 'stop everything')
    assert.equal(begun.code, 0, begun.said)
    const { status, reason } = await story.ended(shown.run)
    story.world.ops.setDuration('pool-status', 0)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, /everything is frozen by cli:.*: stop everything/)
    assert.deepEqual(story.effects(host), [])
    assert.match((await story.say(changeManager, 'unfreeze')).text, /no longer frozen/)
  })
})

describe('story: a calendar freeze with people who may let through', () => {
  const story = stage({
    count: 2,
    edit: (place) => {
      const holidays = ['DTSTART;VALUE=DATE:20200101', 'DTEND;VALUE=DATE:21000101']
      place.edit('calendars/holidays.ics', (text) =>
        text.replace(/DTSTART;VALUE=DATE:2025.*\r\nDTEND.*\r\nRRULE.*\r\n/, `${holidays.join('\r\n')}\r\n`),
      )
      amend(place, GOVERNANCE, {
        freezes: [{ calendar: 'calendars/holidays.ics', override: ['change-managers'] }],
      })
    },
  })

  it('asks them too, and runs only with one of them (P1, P2)', async () => {
    const { host, number } = story.raise()
    const shown = await story.asked(number)
    assert.match(wordsOf(shown.message.card), /Year-end freeze[\s\S]*change-managers may let it through/)
    await click(story, shown, { as: approver })
    await click(story, shown, { as: secondApprover })
    await asking(story, shown.run)
    assert.deepEqual(await eventsOf(story, shown.run, 'executionStarted'), [])
    assert.deepEqual(story.effects(host), [])
    await click(story, shown, { as: changeManager })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('stays stopped by a freeze of the kill switch, whoever may let the calendar through (P11)', async () => {
    const { host, number } = story.raise()
    const shown = await story.asked(number)
    await story.say(approver, 'freeze runbook:restart-iis because "wait"')
    assert.match(await refused(story, shown, { as: changeManager }), /runbook:restart-iis is frozen by Maya Lind: wait/)
    assert.deepEqual(story.effects(host), [])
  })
})
