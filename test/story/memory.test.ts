// Owns the proof that runbot learns what a person says and nothing else, shows it where it matters, and forgets it when told to.
import assert from 'node:assert/strict'
import type { ControlEvent } from '../../src/core/control.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, GOVERNANCE } from './governance.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const RESOLVED = { state: '6', close_code: 'Solution provided', close_notes: 'see the post-incident column' }
const { approver, changeManager, outsider, requester } = PEOPLE

describe('story: what people say helped', () => {
  const story = stage({
    count: 8,
    edit: (place) => {
      amend(place, GOVERNANCE, { overrides: [{ runbook: 'restart-iis', environment: 'prod', tier: 1, to: 'auto' }] })
      // A column of the incident that every instance of the sandbox has.
      amend(place, 'connectors.yaml', { servicenow: { context: { learned: 'u_symptom' } } })
    },
  })
  const learned = async (): Promise<readonly Extract<ControlEvent, { type: 'learned' }>[]> =>
    (await story.control()).filter((event) => event.type === 'learned')
  const raised = async (host?: string) => {
    const incident = story.raise(host === undefined ? {} : { host })
    const run = await story.runOf(incident.number)
    return { ...incident, run, end: await story.ended(run) }
  }
  /** Why the runbook was chosen, as its card shows it. */
  const reasons = async (run: string) => {
    const [proposed] = await story.log(run)
    assert(proposed?.type === 'proposed')
    return proposed.candidates.find(({ runbook }) => runbook === 'restart-iis')?.reasons.join('; ') ?? ''
  }
  const say = async (as: typeof approver, text: string) => (await story.say(as, text)).text
  /** Somebody resolves it and writes into the column; ServiceNow tells of the update. */
  const close = async ({ sysId, number }: { sysId: string; number: string }, words: string, userName: string) => {
    story.world.servicenow.update('incident', sysId, { ...RESOLVED, u_symptom: words }, userName)
    await story.deliver({ body: { type: 'incident.updated', data: { sys_id: sysId, number } } })
  }
  const lessonsNow = async () =>
    (await (await story.store()).all('lesson')).flatMap(({ value }) => value as { words: string; by: unknown }[])

  it('learns nothing from a run that succeeded until its owners say so; the next incident there then shows it', async () => {
    const { host, number, run, end } = await raised()
    assert.equal(end.status, 'succeeded')
    const again = await raised(host)
    assert.doesNotMatch(await reasons(again.run), /people say/)
    assert.deepEqual(await learned(), [])

    assert.match(
      await say(outsider, `learn ${number} restart-iis yes`),
      /You may not say what helped: .* member of web-platform/,
    )
    assert.match(
      await say(approver, `learn ${run} yes because "queue was stuck"`),
      new RegExp(`Learnt: restart-iis helped with ${run}`),
    )
    const [entry, ...more] = await learned()
    assert.deepEqual(more, [])
    assert.equal(entry?.by.id, approver.aadObjectId)
    assert.deepEqual(
      [entry?.lesson['runbook'], entry?.lesson['worked'], entry?.lesson['incident']],
      ['restart-iis', true, number],
    )

    const third = await raised(host)
    assert.match(await reasons(third.run), /people say it helped 1 of 1 times on this CI/)
    assert.match(await reasons((await raised()).run), /people say it helped 1 of 1 times in class elevated-error-rate/)
    const { card } = await story.say(requester, `plan ${third.number}`)
    // A full card keeps its size: the end may be cut, the count never is.
    assert.match(card, /people say it helped 1 of 1 tim/)
  })

  it('counts one incident once, however often and by whomever it is said, and takes the last word (P8)', async () => {
    const { number, host } = await raised()
    for (const word of ['yes', 'yes', 'no']) await say(approver, `learn ${number} restart-iis ${word}`)
    assert.match(await reasons((await raised(host)).run), /people say it helped 0 of 1 times on this CI/)
    assert.match(await say(outsider, `learn ${number} forget`), /You may not take this back/)
    assert.match(await say(approver, `learn ${number} forget`), new RegExp(`Forgotten: 1 lesson of ${number}`))
    assert.match(await reasons((await raised(host)).run), /people say it helped 1 of 1 times in class/)
    assert((await story.control()).some(({ type }) => type === 'forgotten'))
    assert.match(await say(approver, `learn ${number} forget`), /Nothing was learnt of/)
  })

  it('says why it cannot learn, and what would do (P12)', async () => {
    const { number } = story.raise()
    assert.match(await say(approver, 'learn INC9999999 yes'), /ServiceNow shows no incident INC9999999/)
    assert.match(await say(approver, 'learn R0000000000 yes'), /There is no run R0000000000 here/)
    await story.ended(await story.runOf(number))
  })

  it('reads the column of the record when the incident is over, and takes the word of one who may say it (P10)', async () => {
    const one = await raised()
    await close(one, 'Cleared the temp folder of the pool', 'maya.lind')
    const entry = await until('a lesson from the record', async () =>
      (await learned()).find(({ lesson }) => lesson['source'] === 'servicenow'),
    )
    assert.equal(entry.by.id, approver.aadObjectId)
    assert.deepEqual([entry.lesson['words'], entry.lesson['runbook']], ['Cleared the temp folder of the pool', null])
  })

  it('keeps the word of anybody else as a suggestion, which counts for nothing until it is confirmed (P10)', async () => {
    const one = await raised()
    const before = (await learned()).length
    await close(one, 'Just reboot everything', 'eve.marsh')
    const suggestion = () => lessonsNow().then((all) => all.find(({ words }) => words === 'Just reboot everything'))
    assert.equal((await until('the suggestion', suggestion)).by, null)
    assert.equal((await learned()).length, before)
    await say(requester, `learn ${one.number} because "Just reboot everything"`)
    assert.equal((await learned()).at(-1)?.by.id, requester.aadObjectId)
    assert.notEqual((await suggestion())?.by, null)
  })

  it('shows a suggestion to whoever confirms it with a bare yes', async () => {
    const incident = story.raise({ fields: { short_description: 'The printer is jammed', description: 'Paper' } })
    await story.ended(await story.runOf(incident.number))
    await close(incident, 'Took the paper out', 'eve.marsh')
    await until('the suggestion', async () => (await lessonsNow()).find(({ words }) => words === 'Took the paper out'))
    const reply = await say(approver, `learn ${incident.number} yes`)
    assert.match(reply, /Learnt: "Took the paper out" helped with/)
    assert.deepEqual((await learned()).at(-1)?.lesson['words'], 'Took the paper out')
  })

  it('takes a word on a run that was only recorded as a judgement of it: what ran nowhere has helped nobody', async () => {
    await say(changeManager, 'autonomy shadow restart-iis prod because "let us see"')
    const { run, end } = await raised()
    assert.equal(end.status, 'recorded')
    const before = (await learned()).length
    assert.match(await say(outsider, `learn ${run} yes`), /You may not say what helped/)
    assert.match(
      await say(approver, `learn ${run} no because "it was the database"`),
      new RegExp(`Recorded: ${run} would have been wrong`),
    )
    const judgement = (await story.log(run)).find((event) => event.type === 'compared')
    assert.deepEqual([judgement?.agrees, judgement?.by?.id], [false, approver.aadObjectId])
    assert.equal((await learned()).length, before)
  })
})
