// Owns `report`: what ran over a time, what it saved, what was refused, and what recorded runs have shown.
import type { CommandOf } from '../../core/commands.ts'
import { spoken } from '../locale/voice.ts'
import { periodOf, reportOf } from '../report.ts'
import { reportText } from '../views/report.ts'
import { type Handle, refusal } from './context.ts'

export const report: Handle<CommandOf<'report'>> = async ({ deps }, _message, { period }) => {
  const forMs = periodOf(period)
  if (forMs === undefined) return refusal(`there is no time ${period ?? ''}`, 'name one such as 24h or 7d')
  const found = await reportOf(deps.store, deps.clock.now(), forMs)
  return spoken(() => ({ text: reportText(found) }))
}
