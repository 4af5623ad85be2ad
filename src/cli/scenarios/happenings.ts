// Owns what happens in a scenario: each happening as the click or the command that a person would give.
import type { Happening } from '../../adapters/catalog/scenario-schema.ts'
import { openAsk } from '../../app/views/asks.ts'
import type { Run } from '../../core/run.ts'
import type { JsonObject } from '../../core/values.ts'
import { readable } from './channel.ts'
import type { World } from './world.ts'

type Word = Exclude<keyof Happening, 'wait'>
type Said<W extends Word> = Required<Happening>[W]
/** What was refused, in runbot's words; undefined where it was done. */
type Done = Promise<string | undefined>
type Act<W extends Word> = (world: World, run: Run | undefined, said: Said<W>) => Done

interface OnRun {
  readonly by: string
  readonly note?: string
  readonly scope?: string
  readonly target?: string
  readonly step?: string
}

/** What a person says beside the verb; a step is meant by its id, as on the card. */
const click =
  (verb: string) =>
  async ({ app, people, channel }: World, run: Run | undefined, said: OnRun): Done => {
    if (!run) return `there is no run to ${verb}`
    const { by, note = '', target, step } = said
    const data: JsonObject = {
      run: run.id,
      scope: said.scope ?? openAsk(run)?.scope ?? 'run',
      plan: run.plan ?? '',
      note,
      ...(target === undefined ? {} : { target }),
      ...(step === undefined ? {} : { step }),
    }
    const answer = await app.inbound.click({
      person: people.person(by),
      verb,
      data,
      conversation: channel.conversation,
    })
    return 'message' in answer ? readable(answer.message) : undefined
  }

const freezing =
  (verb: 'freeze' | 'unfreeze') =>
  (world: World, _run: Run | undefined, { by, scope, because = 'as the scenario says' }: Said<'freeze'>): Done => {
    const words = [verb, ...(scope === undefined ? [] : [quoted(scope)]), 'because', quoted(because)]
    return say(world, by, words.join(' '))
  }

/** One entry for each happening: this table is all that knows how the app is told. */
const table: { readonly [W in Word]: Act<W> } = {
  approve: click('approve'),
  reject: click('reject'),
  stop: click('stop'),
  freeze: freezing('freeze'),
  unfreeze: freezing('unfreeze'),
  confirm: async ({ caller }, _run, { works, note = '' }) => {
    caller.answer(works, note)
    return undefined
  },
  takeover: click('takeover'),
  resume: click('resume'),
  retry: click('retry'),
  rollback: click('rollback'),
  // Closing is a stop of what waits for a person.
  close: click('stop'),
}

/** Does what a happening says, except to wait; answers what was refused. */
export function happen(world: World, run: Run | undefined, happening: Happening): Done {
  const [word, said] = Object.entries(happening)[0] as [Word, never]
  return table[word](world, run, said)
}

/** Says something in the channel; answers what was refused. */
export async function say({ app, people, channel, clock }: World, by: string, text: string): Done {
  const reply = await app.inbound.command({
    id: `${clock.now()}:${text}`,
    person: people.person(by),
    text,
    conversation: channel.conversation,
    place: 'channel',
  })
  channel.hear(reply)
  return reply && 'text' in reply && reply.text.startsWith('🚫') ? readable(reply.text) : undefined
}

/** As one word of a command, whatever is in it. */
export const quoted = (text: string): string => `"${text.replaceAll(/[\\"“”„‟«»″]/g, '\\$&')}"`
