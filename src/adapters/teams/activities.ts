// Owns what becomes of a believed activity: a command, a click, an installation, or a refusal at the door.
import { randomUUID } from 'node:crypto'
import type { Person } from '../../core/run.ts'
import type { JsonObject, Millis } from '../../core/values.ts'
import type { Channel, Conversation } from '../../ports/channel.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Click, ClickAnswer, Inbound, Reply } from '../../ports/inbound.ts'
import { plainText } from '../wire/text.ts'
import { localeOf } from './client-locale.ts'
import { conversationOf, typeOf } from './conversation.ts'
import { personOf, tenancyOf } from './identity.ts'
import { accepted, answered, type Outcome, refusal } from './invokes.ts'
import { spokenText } from './mentions.ts'
import { once } from './once.ts'
import { type Activity, CardAction, SubmitValue } from './schema.ts'
import type { Log } from './settings.ts'

export interface ActivityOptions {
  readonly inbound: () => Inbound
  readonly channel: Channel
  readonly tenants: ReadonlySet<string>
  /** Whether replies to this service URL are allowed at all. */
  readonly reachable: (serviceUrl: string) => boolean
  readonly log: Log
  readonly clock: Clock
  readonly patienceMs: Millis
}

const nobody = 'Teams did not say who you are (no Entra object id), so I cannot act on this. Try it from Teams itself.'
const broken = 'That did not go through on my side. Look at `status`, then try again.'
const slow = 'Working on it…'

/** Answers one activity whose sender was verified. Rejects only where Teams should deliver it again. */
export function activities(options: ActivityOptions): (activity: Activity) => Promise<Outcome> {
  const { inbound, channel, log, clock } = options
  // Teams delivers a slow activity again.
  const repeats = once<Outcome>(2_000, 600_000, clock)

  const turnAway = async (activity: Activity, reason: string): Promise<void> => {
    log.warn({ reason, type: activity.type }, 'turned an activity away')
    const { verb, data } = claimOf(activity)
    await inbound()
      .turnedAway({ reason, verb, data })
      .catch((error: unknown) => log.error({ problem: problem(error) }, 'could not record what was turned away'))
  }

  const say = async (conversation: Conversation, reply: Reply): Promise<void> => {
    await channel
      .reply(conversation, reply)
      .catch((error: unknown) => log.warn({ problem: problem(error) }, 'could not answer in the conversation'))
  }

  /** The app's answer, or undefined once the person has waited long enough; the work goes on. */
  const patiently = async <T>(work: Promise<T>): Promise<T | undefined> => {
    const enough = new AbortController()
    try {
      return await Promise.race([work, clock.sleep(options.patienceMs, enough.signal).then(() => undefined)])
    } finally {
      enough.abort()
    }
  }

  /** A sentence of the door's own, in the language of the person's client. */
  const speak = (activity: Activity, sentence: string): string => inbound().say(sentence, localeOf(activity).locale)

  const clicked = (click: Click): Promise<ClickAnswer> =>
    inbound()
      .click(click)
      .catch((error: unknown) => {
        log.error({ verb: click.verb, problem: problem(error) }, 'a click failed')
        return { message: inbound().say(broken, click.locale) }
      })

  const message = async (activity: Activity, person: Person, conversation: Conversation): Promise<Outcome> => {
    const { text, mentioned } = spokenText(activity)
    const place = typeOf(activity)
    if (place !== 'personal' && !mentioned) return accepted
    const command = async (): Promise<void> => {
      const id = activity.id ?? randomUUID()
      const reply = await inbound()
        .command({ id, person, text, conversation, place, ...localeOf(activity) })
        .catch((error: unknown): Reply => {
          log.error({ problem: problem(error) }, 'a command failed')
          return { text: speak(activity, broken) }
        })
      if (reply) await say(conversation, reply)
    }
    await patiently(command())
    return accepted
  }

  const submit = async (activity: Activity, person: Person, conversation: Conversation): Promise<Outcome> => {
    const value = SubmitValue.safeParse(activity.value)
    if (!value.success) return accepted
    const { verb, msteams: _, ...data } = value.data
    const press = async (): Promise<void> => {
      const answer = await clicked({ person, verb, data, conversation, ...localeOf(activity) })
      if ('message' in answer) return say(conversation, { text: answer.message })
      // An old client cannot be handed a card of its own: the message that was clicked is redrawn for everyone.
      const card = { card: answer.card, summary: speak(activity, 'Updated') }
      if (!activity.replyToId) return say(conversation, card)
      await channel
        .update({ conversation, messageId: activity.replyToId }, card)
        .catch((error: unknown) => log.warn({ problem: problem(error) }, 'could not redraw a card'))
    }
    await patiently(press())
    return accepted
  }

  const invoke = async (activity: Activity, person: Person, conversation: Conversation): Promise<Outcome> => {
    const value = CardAction.safeParse(activity.value)
    if (!value.success) return refusal(400, 'This click carries no action that can be read.')
    const { verb, data } = value.data.action
    const work = clicked({ person, verb, data: data ?? {}, conversation, ...localeOf(activity) })
    const answer = await patiently(work)
    if (answer) return answered(answer)
    // The client has moved on; a sentence still reaches the person, a card is redrawn by the app in place.
    void work.then((late) =>
      verb !== 'refresh' && 'message' in late ? say(conversation, { text: late.message }) : undefined,
    )
    return answered({ message: speak(activity, slow) })
  }

  const installed = async (activity: Activity, conversation: Conversation): Promise<Outcome> => {
    const present = presence(activity)
    if (present !== undefined) await inbound().installed(conversation, present)
    return accepted
  }

  return async (activity) => {
    const isInvoke = activity.type === 'invoke'
    if (!options.reachable(activity.serviceUrl)) {
      log.warn({ reason: 'service URL' }, 'turned an activity away')
      return refusal(403, 'Replies to this service URL are not allowed.')
    }
    const tenancy = tenancyOf(activity, options.tenants)
    if (!tenancy.ok) {
      await turnAway(activity, tenancy.reason)
      return refusal(403, `Refused: ${tenancy.reason}.`)
    }
    const conversation = conversationOf(activity, tenancy.tenant)
    if (activity.type === 'installationUpdate' || activity.type === 'conversationUpdate')
      return installed(activity, conversation)
    if (activity.type !== 'message' && !isInvoke) return accepted
    if (isInvoke && activity.name !== 'adaptiveCard/action') return refusal(501, 'Only card actions are known here.')
    const person = personOf(activity, tenancy.tenant)
    if (!person) {
      await turnAway(activity, 'the activity names no Entra object id')
      if (isInvoke) return answered({ message: speak(activity, nobody) })
      await say(conversation, { text: speak(activity, nobody) })
      return accepted
    }
    const handle = isInvoke ? invoke : isCardData(activity) ? submit : message
    const work = () => handle(activity, person, conversation)
    return activity.id ? repeats.run(JSON.stringify([activity.conversation.id, person.id, activity.id]), work) : work()
  }
}

/** A submit has a value and no text of its own. */
const isCardData = ({ value, text }: Activity): boolean => typeof value === 'object' && value !== null && !text?.trim()

/** Whether the bot is there now; undefined where the activity says nothing of the bot. */
function presence({ type, action, recipient, membersAdded, membersRemoved }: Activity): boolean | undefined {
  if (type === 'installationUpdate')
    return action?.startsWith('remove') ? false : action?.startsWith('add') || undefined
  const bot = (members: Activity['membersAdded']) => (members ?? []).some(({ id }) => id === recipient?.id)
  return bot(membersAdded) ? true : bot(membersRemoved) ? false : undefined
}

/** What a turned away activity claimed, as far as it can be read. */
function claimOf(activity: Activity): { verb: string; data: JsonObject } {
  const action = CardAction.safeParse(activity.value)
  if (activity.type === 'invoke' && action.success)
    return { verb: action.data.action.verb, data: action.data.action.data ?? {} }
  const submit = SubmitValue.safeParse(activity.value)
  if (activity.type === 'message' && submit.success) return { verb: submit.data.verb, data: submit.data }
  return { verb: activity.type, data: {} }
}

const problem = (error: unknown): string => plainText(error instanceof Error ? error.message : 'unknown')
