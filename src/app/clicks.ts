// Owns what a click on a card may do: every check is made again here, whatever the card showed (P1, P10, P12).

import type { Person, Run } from '../core/run.ts'
import type { JsonObject } from '../core/values.ts'
import type { Refusal } from '../core/verdict.ts'
import type { Click, ClickAnswer, TurnedAway } from '../ports/inbound.ts'
import type { Answers } from './answers.ts'
import type { Assess } from './assess.ts'
import type { Authority } from './authority.ts'
import { threadOf } from './conversations.ts'
import type { Deps } from './deps.ts'
import { changedValues, editRun } from './edit-run.ts'
import { asRunId } from './ids.ts'
import type { Intervene, Intervention } from './interventions.ts'
import type { Journal } from './journal.ts'
import { heardFrom } from './locale/readers.ts'
import { heardIn, say, spoken, spokenLocale, voiced } from './locale/voice.ts'
import { quietTimes } from './quiet.ts'
import type { RunCards } from './run-cards.ts'

const NOTE_LENGTH = 500
const VALUE_LENGTH = 1_000
/** A scope may name a step and a target, and a target is named as people name their hosts. */
const SCOPE_LENGTH = 400

export interface Clicks {
  click(click: Click): Promise<ClickAnswer>
  turnedAway(what: TurnedAway): Promise<void>
}

export function clicks(
  deps: Deps,
  journal: Journal,
  authority: Authority,
  assess: Assess,
  answers: Answers,
  intervene: Intervene,
  cards: RunCards,
): Clicks {
  const quiet = quietTimes(deps, journal, authority)
  const answerTo = async (click: Click, run: Run, verb: 'approve' | 'reject'): Promise<ClickAnswer> => {
    // The card's inputs come along with every button. Whoever changed one must not approve the plan as it was.
    const changed = Object.keys(changedValues(run, inputsOf(click.data)))
    if (verb === 'approve' && changed.length > 0 && click.data['plan'] === run.plan)
      return refuse(run, click.person, verb, 'run', {
        reason: `${changed.join(', ')} was changed on the card, and an approval counts for the plan as it is`,
        fix: 'ask again with these values, or put them back and approve',
      })
    const done = await answers(run, {
      verb,
      by: click.person,
      scope: textOf(click.data['scope'], SCOPE_LENGTH) || 'run',
      plan: textOf(click.data['plan'], 80),
      note: textOf(click.data['note'], NOTE_LENGTH),
    })
    return done.ok ? view(done.run, click) : notDone(done.refusal)
  }

  const edit = async (click: Click, run: Run): Promise<ClickAnswer> => {
    const done = await editRun(deps, journal, authority, assess, run, {
      by: click.person,
      plan: textOf(click.data['plan'], 80),
      note: textOf(click.data['note'], NOTE_LENGTH),
      values: inputsOf(click.data),
      conversation: (await threadOf(deps, run)) ?? click.conversation,
    })
    return done.ok ? view(done.run, click) : refuse(run, click.person, 'change', 'run', done.refusal)
  }

  /** The card as the person who clicked may see it. */
  const view = async (run: Run, { person: viewer }: Click, expanded = false): Promise<ClickAnswer> => {
    const message = await cards.card(run, { viewer, expanded })
    return spoken(() => ({ card: heardIn(spokenLocale(), message).card }))
  }

  const refuse = async (run: Run, by: Person, verb: string, scope: string, refusal: Refusal): Promise<ClickAnswer> => {
    await journal.transact(run.id, () => ({
      ok: true,
      events: [{ type: 'clickRefused', by, verb, scope, reason: refusal.reason }],
    }))
    return notDone(refusal)
  }

  const answered = async (click: Click): Promise<ClickAnswer> => {
    const id = asRunId(click.data['run'])
    const loaded = id === null ? undefined : await journal.load(id)
    if (!loaded) {
      await journal.control({
        type: 'turnedAway',
        verb: textOf(click.verb, 40),
        run: textOf(click.data['run'], 40),
        reason: 'there is no such run',
      })
      return spoken(() => ({ message: words.noRun }))
    }
    const { run } = loaded
    switch (click.verb) {
      case 'approve':
      case 'reject':
        return answerTo(click, run, click.verb)
      case 'change':
        return edit(click, run)
      case 'stop':
      case 'takeover':
      case 'resume':
      case 'retry':
      case 'rollback':
      case 'settle':
      case 'confirm': {
        const wanted = wantedOf(click, click.verb)
        if (!wanted)
          return refuse(run, click.person, click.verb, 'run', {
            reason: 'the card said neither yes nor no',
            fix: 'look at the newest card of this run',
          })
        const done = await intervene(run, wanted)
        if (done.ok) return view(done.run, click)
        return refuse(run, click.person, click.verb, 'run', done.refusal)
      }
      case 'suppress': {
        const reason = textOf(click.data['note'], NOTE_LENGTH)
        const done = await quiet(run, { by: click.person, forMs: null, reason })
        return done.ok ? view(done.run, click) : refuse(run, click.person, click.verb, 'run', done.refusal)
      }
      case 'refresh':
        return view(run, click)
      case 'details':
        return view(run, click, true)
      default:
        return refuse(run, click.person, textOf(click.verb, 40), 'run', {
          reason: `there is no "${textOf(click.verb, 40)}" on a card`,
        })
    }
  }

  return {
    async click(click) {
      const answer = await answered(click)
      return heardIn(await heardFrom(deps, click), answer)
    },

    async turnedAway({ reason, verb, data }) {
      const id = asRunId(data['run'])
      if (id !== null && (await journal.load(id))) {
        const scope = textOf(data['scope'], SCOPE_LENGTH) || 'run'
        await journal.transact(id, () => ({
          ok: true,
          events: [{ type: 'clickRefused', by: null, verb: textOf(verb, 40), scope, reason }],
        }))
      } else await journal.control({ type: 'turnedAway', verb: textOf(verb, 40), run: textOf(data['run'], 40), reason })
    },
  }
}

/** The payload only names things: what it names is looked for in the run, and everything is decided there. */
function wantedOf({ person: by, data }: Click, verb: Intervention['do']): Intervention | null {
  const reason = textOf(data['note'], NOTE_LENGTH)
  const [target, step] = [textOf(data['target'], SCOPE_LENGTH) || null, textOf(data['step'], SCOPE_LENGTH) || null]
  switch (verb) {
    case 'retry':
      return { do: 'retry', by, reason, target }
    case 'settle': {
      const happened = yesOrNo(data['happened'])
      return happened === null ? null : { do: 'settle', by, reason, happened, target, step }
    }
    case 'confirm': {
      const works = yesOrNo(data['works'])
      return works === null ? null : { do: 'confirm', by, reason, works }
    }
    default:
      return { do: verb, by, reason }
  }
}

const yesOrNo = (value: unknown): boolean | null => (value === 'yes' ? true : value === 'no' ? false : null)

const words = voiced({
  notDone: 'Not done: ',
  helps: ' What helps: ',
  noRun: 'Not done: this card names a run that does not exist here.',
})

const notDone = ({ reason, fix }: Refusal): ClickAnswer =>
  spoken(() => ({ message: `${words.notDone}${say(reason)}.${fix ? `${words.helps}${say(fix)}.` : ''}` }))

const INPUT = 'p_'

/** The values that a card's inputs sent, by parameter name. */
function inputsOf(data: JsonObject): { readonly [name: string]: string } {
  const inputs = Object.entries(data).filter(([name]) => name.startsWith(INPUT))
  return Object.fromEntries(
    inputs.slice(0, 50).flatMap(([name, value]) => {
      const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
      return typeof text === 'string' ? [[name.slice(INPUT.length), text.slice(0, VALUE_LENGTH)]] : []
    }),
  )
}

/** What a card sent, as bounded text: a payload is never trusted. */
const textOf = (value: unknown, max: number): string => (typeof value === 'string' ? value.trim().slice(0, max) : '')
