// Owns what the stories of governance share: rules changed for one story, clicks, refusals, and runs begun in chat.
import assert from 'node:assert/strict'
import { parse, stringify } from 'yaml'
import type { Reply } from '../sandbox/teams-channel/client.ts'
import type { Message } from '../sandbox/teams-channel/threads.ts'
import type { Inhabitant } from '../sandbox/world/people.ts'
import { type Place, until } from './runbot.ts'
import { answerOf, type Payload, payloadOf, type Shown, type Story, wordsOf } from './story.ts'

export interface Press {
  readonly as: Inhabitant
  readonly verb?: string
  readonly data?: Payload
  readonly inputs?: Payload
}

/** Changes a file of the runbooks: given objects are merged into what stands there, everything else takes its place. */
export const amend = (place: Place, file: string, change: Payload): void =>
  place.edit(file, (text) => stringify(merged(parse(text) as Payload, change)))

const merged = (before: Payload, change: Payload): Payload => {
  const changed = Object.entries(change).map(([key, value]) => {
    const old = before[key]
    return [key, isPlain(old) && isPlain(value) ? merged(old, value) : value]
  })
  return { ...before, ...(Object.fromEntries(changed) as Payload) }
}

const isPlain = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const GOVERNANCE = 'governance.yaml'
export const RUNBOOK = 'catalog/restart-iis.yaml'

/** No calendar opens a change window, whatever day it is. */
export const closeCalendars = (place: Place): void =>
  place.edit('calendars/prod-hours.ics', (text) => text.replace(/^RRULE:.*\r?\n/m, ''))

/** Presses a button of the card as it stood; other data goes over the button's own. */
export const click = (
  { world }: Story,
  { message, data }: Shown,
  { verb = 'approve', ...press }: Press,
): Promise<Reply> => world.teams.click({ message: message.id, verb, ...press, data: { ...data, ...press.data } })

/** Presses, and proves that the log got one refusal and nothing else, and that nothing left. Answers what was said. */
export async function refused(story: Story, shown: Shown, press: Press): Promise<string> {
  const before = await story.log(shown.run)
  const sent = story.world.ops.effects.length
  const reply = await click(story, shown, press)
  const news = (await story.log(shown.run)).slice(before.length)
  assert.deepEqual(
    news.map(({ type }) => type),
    ['clickRefused'],
    answerOf(reply),
  )
  assert.equal(story.world.ops.effects.length, sent)
  return answerOf(reply)
}

/** The card of a run, once it asks for `scope`. */
export const asking = (story: Story, run: string, scope = 'run'): Promise<Shown> =>
  until(`a card of ${run} that asks for ${scope}`, () => {
    const message = story.cardOf(run)
    const data = message && payloadOf(message, 'approve')
    return message && data?.['scope'] === scope ? { message, run, data } : undefined
  })

/** Asks for the web tier's runbook in chat, and answers the new run. */
export async function begin(story: Story, as: Inhabitant, what: string): Promise<string> {
  const before = new Set(await story.runs())
  const heard = await story.say(as, `run ${what} because "users complain"`)
  return until(`a run of ${what}; runbot said: ${heard.text}`, async () =>
    (await story.runs()).find((run) => !before.has(run)),
  )
}

/** The events of one type in a run's log. */
export const eventsOf = async <T extends string>(story: Story, run: string, type: T) =>
  (await story.log(run)).filter((event): event is Extract<typeof event, { type: T }> => event.type === type)

/** The words of the newest card of a run, once they fit. */
export const cardSays = (story: Story, run: string, words: RegExp): Promise<Message> =>
  until(`the card of ${run} to say ${words}`, () => {
    const message = story.cardOf(run)
    return message && words.test(wordsOf(message.card)) ? message : undefined
  })

/** Resolves when a text in the run's thread fits. */
export const threadSays = (story: Story, run: string, words: RegExp): Promise<string> =>
  until(`the thread of ${run} to say ${words}`, () => story.thread(run).find((text) => words.test(text)))

/** Resolves when the preflight of a host has begun, which is after the click and before the request. */
export const preflightOf = (story: Story, host: string): Promise<boolean> =>
  until(`the preflight of ${host}`, () =>
    story.world.ops.effects.some((effect) => effect.runbook === 'pool-status' && effect.target === host),
  )

/** A list once there is something in it. */
export const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined)
