// Owns the proof that a store that was moved goes on where it stopped: the ask stays good, the freeze holds until it is lifted.
import assert from 'node:assert/strict'
import { CONTAINERS } from '../adapters/store/cosmos/account.ts'
import { run as copy, copyArgs, longAgo } from '../cli/store-moved.ts'
import { type SandboxCosmos, sandboxCosmos } from '../sandbox/cosmos.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, click, GOVERNANCE } from './governance.ts'
import { until } from './runbot.ts'
import { answerOf, payloadOf, stage } from './story.ts'

/** Each test, also on a machine that does other things at the same time. */
const BUSY_MS = 120_000

const { approver, changeManager, secondApprover } = PEOPLE
const LONG_MS = 40_000

describe('story: from SQLite to several replicas on Cosmos', function () {
  this.timeout(BUSY_MS)
  let cosmos: SandboxCosmos
  before(async () => {
    cosmos = await sandboxCosmos()
    cosmos.provision({ database: 'runbot', containers: CONTAINERS })
  })
  after(() => cosmos.stop())
  const story = stage({
    edit: (place) => amend(place, GOVERNANCE, { freeze: { unfreeze: { may: ['change-managers', 'small-team'] } } }),
  })

  it('a run that waited for its approval before the move ends after it, with one effect (P1, P3, P11)', async () => {
    const { host, number } = story.raise()
    const shown = await story.asked(number)
    assert.match((await story.say(changeManager, 'freeze because "moving the store"')).text, /frozen/)
    await story.bot().stop()
    longAgo(story.place.store)
    const env = { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY: cosmos.key }
    const { code, out, err } = await copy(copyArgs(`sqlite:${story.place.store}`, 'cosmos'), env)
    assert.deepEqual([code, err], [0, []], out.join('\n'))

    await story.restart({ ...env, RUNBOT_STORE: 'cosmos' })
    const refused = answerOf(await click(story, shown, { as: approver }))
    assert.match(refused, /everything is frozen by Ines Duarte: moving the store/)
    assert.match((await story.say(secondApprover, 'unfreeze')).text, /no longer frozen/)
    await until('the buttons to be back', () => payloadOf(story.cardOf(shown.run) ?? { card: null }, 'approve'))
    await click(story, shown, { as: approver })
    await until('the resolution', () => story.world.servicenow.incident(number)['state'] === '6', LONG_MS)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    const notes = await until('the last note', () => {
      const all = story.notes(number)
      return all.some((note) => /Automation succeeded/.test(note)) ? all : undefined
    })
    const marks = notes.flatMap((note) => note.match(/\[runbot [^\]]+\]/g) ?? [])
    assert.deepEqual(marks, [...new Set(marks)])
  })
})
