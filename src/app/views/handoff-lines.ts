// Owns how a hand-off reads: on the card short enough for 3 a.m. with the rest folded away, and whole in the work note.
import { type HandOff, handOffOf } from '../../core/handoff.ts'
import type { Run } from '../../core/run.ts'
import { say, voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { markdown, plain } from './escape.ts'
import { type Fact, fact, type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  title: 'Hand-over',
  likely: 'Likely: ',
  nothing: 'No hypothesis: nothing that was read points to a cause.',
  owner: 'Owner ',
  onCall: ' · on call ',
  calls: ' · calls ',
  nobody: 'nobody is named',
  not: 'Not: ',
  untold: 'Not known: ',
  because: ': ',
  more: (n: number) => `… and ${n} more`,
  count: (n: number) => (n === 1 ? '1 hypothesis' : `${n} hypotheses`),
} as const)

/** On top of the card: the two likeliest causes and whom to ask. Empty where nothing was learnt that helps. */
export function handOffFact(run: Run, caps: Caps): readonly Fact[] {
  const handOff = handOffOf(run)
  // What its own steps show stands beside them already.
  const around = handOff?.hypotheses.filter(({ from }) => from === 'around') ?? []
  if (!handOff || (around.length === 0 && !run.gather)) return []
  const likely = around
    .slice(0, caps.list(2))
    .map(({ what, why }) =>
      line(
        said(words.likely, 'subtle'),
        quoted(say(what), 120, caps, 'bold'),
        said(words.because, 'subtle'),
        quoted(say(why), 100, caps, 'subtle'),
      ),
    )
  return [fact(words.title, ...(likely.length > 0 ? likely : [line(said(words.nothing, 'warn'))]), who(handOff, caps))]
}

/** Everything, folded away. */
export function handOffFold(
  run: Run,
  caps: Caps,
): { readonly title: string; readonly count: string; readonly lines: readonly Line[] } {
  const handOff = handOffOf(run)
  if (!handOff) return { title: words.title, count: '', lines: [] }
  const { hypotheses, ruledOut, unknown } = handOff
  return {
    title: words.title,
    count: hypotheses.length > 0 ? words.count(hypotheses.length) : '',
    lines: [
      ...(hypotheses.length === 0 ? [line(said(words.nothing, 'subtle'))] : []),
      ...some(hypotheses, 6, caps, ({ what, why, evidence }, index) =>
        line(
          said(`${index + 1}  `, 'subtle'),
          quoted(say(what), 160, caps, 'bold'),
          said(words.because, 'subtle'),
          quoted(say(why), 120, caps),
          said('  '),
          quoted(evidence.map(say).join('; '), 240, caps, 'subtle'),
        ),
      ),
      ...some(ruledOut, 6, caps, ({ what, because }) =>
        line(
          said(words.not, 'subtle'),
          quoted(say(what), 80, caps),
          said(words.because, 'subtle'),
          quoted(say(because), 160, caps, 'subtle'),
        ),
      ),
      ...some(unknown, 5, caps, (each) => line(said(words.untold, 'warn'), quoted(say(each), 200, caps, 'subtle'))),
      who(handOff, caps),
    ],
  }
}

function who({ owner, onCall, escalate }: HandOff, caps: Caps): Line {
  if (owner === null && (onCall ?? []).length === 0 && escalate === null) return line(said(words.nobody, 'subtle'))
  return line(
    ...(owner === null ? [] : [said(words.owner, 'subtle'), quoted(owner, 60, caps)]),
    ...((onCall ?? []).length === 0
      ? []
      : [said(words.onCall, 'subtle'), quoted((onCall ?? []).slice(0, 4).join(', '), 120, caps)]),
    ...(escalate === null ? [] : [said(words.calls, 'subtle'), quoted(escalate, 60, caps)]),
  )
}

/** What `explain` says of it: the causes with their evidence, what is ruled out, what is not known. */
export function handOffExplained(run: Run): { readonly title: string; readonly lines: readonly string[] } {
  const handOff = handOffOf(run)
  if (!handOff) return { title: words.title, lines: [] }
  const { hypotheses, ruledOut, unknown } = handOff
  const text = (sentence: string, max: number) => markdown(say(sentence), max)
  return {
    title: words.title,
    lines: [
      ...(hypotheses.length === 0 ? [words.nothing] : []),
      ...hypotheses.map(
        ({ what, why, evidence }, index) =>
          `${index + 1}. **${text(what, 200)}**: ${text(why, 160)} (${evidence.map((each) => text(each, 200)).join('; ')})`,
      ),
      ...ruledOut.map(({ what, because }) => `— ${words.not}${text(what, 100)}: ${text(because, 160)}`),
      ...unknown.map((each) => `❓ ${words.untold}${text(each, 200)}`),
    ],
  }
}

/** The lines of the closing work note: English, plain, complete enough to work from without Teams. */
export function handOffNotes(run: Run): readonly string[] {
  const handOff = handOffOf(run)
  if (!handOff) return []
  const { hypotheses, ruledOut, unknown, owner, onCall, escalate } = handOff
  const people = [
    ...(owner === null ? [] : [`owner ${owner}`]),
    ...(onCall === null || onCall.length === 0 ? [] : [`on call ${onCall.slice(0, 6).join(', ')}`]),
    ...(escalate === null ? [] : [`calls ${escalate}`]),
  ]
  return [
    ...hypotheses
      .slice(0, 5)
      .map(
        ({ what, why, evidence }, index) =>
          `Hypothesis ${index + 1}: ${plain(what, 200)} (${plain(why, 160)}). Evidence: ${plain(evidence.join('; '), 400)}`,
      ),
    ...(hypotheses.length === 0 ? ['Hypotheses: none, nothing that was read points to a cause'] : []),
    ...limited(
      'Ruled out',
      ruledOut.map(({ what, because }) => `${what} (${because})`),
    ),
    ...limited('Not known', unknown),
    ...(people.length > 0 ? [`To ask: ${plain(people.join('; '), 300)}`] : []),
  ]
}

function limited(title: string, entries: readonly string[]): readonly string[] {
  if (entries.length === 0) return []
  const { shown, more } = first(entries, 6)
  return [`${title}: ${shown.map((each) => plain(each, 160)).join('; ')}${more > 0 ? ` and ${more} more` : ''}`]
}

function some<T>(
  entries: readonly T[],
  max: number,
  caps: Caps,
  show: (entry: T, index: number) => Line,
): readonly Line[] {
  const { shown, more } = first(entries, caps.list(max))
  return [...shown.map(show), ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : [])]
}
