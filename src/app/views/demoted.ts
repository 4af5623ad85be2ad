// Owns what people are told where runbot takes autonomy back by itself.
import type { Run, RunEvent } from '../../core/run.ts'
import { say, voiced } from '../locale/voice.ts'
import { code, markdown } from './escape.ts'

const words = voiced({
  demoted: (runbook: string, environments: string) =>
    `🔻 **${runbook}** asks people in ${environments} from now on: it ran by itself, and it went wrong`,
  back: (run: string, runbook: string) =>
    `\`explain ${run}\` tells what happened; once it is mended, \`autonomy auto ${runbook}\` with a reason sets it back.`,
  again: ' (once more: the answer to the first try was lost)',
} as const)

/** `again`: it may have been told before. */
export function demotedText(run: Run, event: Extract<RunEvent, { type: 'demoted' }>, again = false): string {
  const what = words.demoted(markdown(run.runbook?.id ?? '', 80), markdown(event.environments.join(', '), 80))
  const reason = event.reason === '' ? '' : `: ${markdown(say(event.reason), 300)}`
  return `${what}${reason}\n\n${words.back(code(run.id, 40), code(run.runbook?.id ?? '', 80))}${again ? words.again : ''}`
}
