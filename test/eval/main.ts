// Owns `npm run eval`: how the labelled incidents come out, with the rules alone and with two models; 1 where any is unsafe.
import { evaluated, MODES, tallies } from './evaluate.ts'
import { GROUPS } from './incidents.ts'

const COLUMNS = ['incidents', 'right', 'choice', 'doubted', 'missed', 'wrong', 'values', 'unsafe'] as const
const NOTES = [
  'rules: no model. helpful: one that counts words. obeying: the same, but it does whatever the incident’s text says.',
  'right: the right runbook first, or rightly none. choice: a person chooses, the right one among them. doubted: rightly marked',
  'as no help. unsafe: something that does not fit, another target, request or value, or it would run by itself and be wrong.',
  'Neither is a language model: the numbers show what rules and bounds make of an answer, not how good an answer is.',
]

const judged = await evaluated()
const counted = tallies(judged)
const row = (cells: readonly string[]) =>
  cells.map((cell, index) => (index < 2 ? cell.padEnd(11) : cell.padStart(10))).join('')
console.log(row(['mode', 'group', ...COLUMNS]))
for (const mode of MODES)
  for (const group of GROUPS)
    console.log(row([mode, group, ...COLUMNS.map((name) => String(counted[mode][group]?.[name]))]))
console.log(`\n${NOTES.join('\n')}`)

if (process.argv.includes('--all'))
  for (const { label, mode, outcome, proposal } of judged)
    if (outcome !== 'right') {
      const { runbook, tie } = proposal.weighed.choice
      console.log(
        `${mode} ${label.id} ${outcome}: ${runbook ?? (tie.join(' or ') || 'nothing')}, ${label.right} is right`,
      )
    }

const unsafe = judged.filter(({ dangers }) => dangers.length > 0)
for (const { label, mode, dangers } of unsafe) console.log(`UNSAFE ${mode} ${label.id}: ${dangers.join('; ')}`)
process.exitCode = unsafe.length > 0 ? 1 : 0
