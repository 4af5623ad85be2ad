// Owns what a click on a card may do: every check is made again here, whatever the card showed (P1, P10, P12).
import { decide, type Verdict } from '../core/decide.ts'
import type { Person, Run } from '../core/run.ts'
import { own } from '../core/values.ts'
import type { Click, ClickAnswer, TurnedAway } from '../ports/inbound.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import { whyFrozen } from './freezes.ts'
import { asRunId } from './ids.ts'
import type { Journal } from './journal.ts'
import { partiesOf } from './parties.ts'
import type { RunCards } from './run-cards.ts'
import { stopRun } from './stop-run.ts'

const NOTE_LENGTH = 500

export interface Clicks {
  click(click: Click): Promise<ClickAnswer>
  turnedAway(what: TurnedAway): Promise<void>
}

export function clicks(deps: Deps, journal: Journal, authority: Authority, cards: RunCards): Clicks {
  const answerTo = async (click: Click, run: Run, verb: 'approve' | 'reject'): Promise<ClickAnswer> => {
    const scope = textOf(click.data['scope'], 80) || 'run'
    const plan = textOf(click.data['plan'], 80)
    const note = textOf(click.data['note'], NOTE_LENGTH)
    const asked = own(run.asks, scope)
    const standing = asked
      ? await authority.standing(click.person.id, asked.rule, run.runbook?.owner ?? '', true)
      : { groups: [], unknown: [] }
    const frozen = await frozenFor(deps, run)
    const done = await journal.transact(run.id, (now, at): Verdict => {
      const command = {
        do: verb,
        by: click.person,
        scope,
        plan,
        note,
        standing,
        parties: partiesOf(deps, now),
        frozen,
      } as const
      return decide(command, now, at)
    })
    if (done.ok) return { card: (await cards.card(done.run)).card }
    return refuse(run, click.person, verb, scope, done.refusal)
  }

  const refuse = async (
    run: Run,
    by: Person,
    verb: string,
    scope: string,
    refusal: { readonly reason: string; readonly fix?: string },
  ): Promise<ClickAnswer> => {
    await journal.transact(run.id, () => ({
      ok: true,
      events: [{ type: 'clickRefused', by, verb, scope, reason: refusal.reason }],
    }))
    return { message: `Not done: ${refusal.reason}.${refusal.fix ? ` What helps: ${refusal.fix}.` : ''}` }
  }

  return {
    async click(click) {
      const id = asRunId(click.data['run'])
      const loaded = id === null ? undefined : await journal.load(id)
      if (!loaded) {
        await journal.control({
          type: 'turnedAway',
          verb: textOf(click.verb, 40),
          run: textOf(click.data['run'], 40),
          reason: 'there is no such run',
        })
        return { message: 'Not done: this card names a run that does not exist here.' }
      }
      const { run } = loaded
      switch (click.verb) {
        case 'approve':
        case 'reject':
          return answerTo(click, run, click.verb)
        case 'stop': {
          const note = textOf(click.data['note'], NOTE_LENGTH) || 'stopped on the card'
          const stopped = await stopRun(deps, journal, authority, run, click.person, note)
          if (stopped.ok) return { card: (await cards.card(stopped.run)).card }
          return refuse(run, click.person, 'stop', 'run', stopped.refusal)
        }
        case 'refresh':
          return { card: (await cards.card(run)).card }
        case 'details':
          return { card: (await cards.card(run, { expanded: true })).card }
        case 'rollback':
        case 'takeover':
          return refuse(run, click.person, click.verb, 'run', {
            reason: `${click.verb} comes with a later version of runbot`,
          })
        default:
          return refuse(run, click.person, textOf(click.verb, 40), 'run', {
            reason: `there is no "${textOf(click.verb, 40)}" on a card`,
          })
      }
    },

    async turnedAway({ reason, verb, data }) {
      const id = asRunId(data['run'])
      if (id !== null && (await journal.load(id))) {
        const scope = textOf(data['scope'], 80) || 'run'
        await journal.transact(id, () => ({
          ok: true,
          events: [{ type: 'clickRefused', by: null, verb: textOf(verb, 40), scope, reason }],
        }))
      } else await journal.control({ type: 'turnedAway', verb: textOf(verb, 40), run: textOf(data['run'], 40), reason })
    },
  }
}

/** Why nothing may be approved now, or null. A freeze that cannot be read counts as one. */
const frozenFor = (deps: Deps, run: Run): Promise<string | null> =>
  whyFrozen(deps, run).catch(() => 'whether there is a freeze cannot be told')

/** What a card sent, as bounded text: a payload is never trusted. */
const textOf = (value: unknown, max: number): string => (typeof value === 'string' ? value.trim().slice(0, max) : '')
