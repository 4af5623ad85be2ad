// Owns the lines of a card that tell how a recorded run compares with what people did, or that autonomy was taken back.
import type { Run } from '../../core/run.ts'
import { say, voiced } from '../locale/voice.ts'
import type { Caps } from './caps.ts'
import { span } from './figures.ts'
import { type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  right: 'Would have been right: ',
  wrong: 'Would have been wrong: ',
  unknown: 'Whether it would have been right cannot be told: ',
  says: (name: string) => `${name} says so`,
  sooner: (time: string) => ` · ${time} sooner`,
  later: (time: string) => ` · ${time} later`,
  demoted: 'Autonomy was taken back: ',
} as const)

/** None before its incident was over, and for a run that is not only recorded. */
export function shadowLines({ knowledge: { compared, demoted } }: Run, caps: Caps): readonly Line[] {
  const back = demoted ? [line(said(words.demoted, 'bold', 'warn'), quoted(say(demoted.reason), 200, caps))] : []
  if (!compared) return back
  const { agrees, reason, by, savedMs } = compared
  const head =
    agrees === null
      ? said(words.unknown, 'bold')
      : said(agrees ? words.right : words.wrong, 'bold', agrees ? 'good' : 'bad')
  const who = by ? [quoted(words.says(by.name), 100, caps), ...(reason === '' ? [] : [said(': ')])] : []
  const why = reason === '' ? [] : [quoted(by ? reason : say(reason), 300, caps)]
  const time =
    savedMs === null ? [] : [said(savedMs < 0 ? words.later(span(-savedMs)) : words.sooner(span(savedMs)), 'subtle')]
  return [...back, line(head, ...who, ...why, ...time)]
}
