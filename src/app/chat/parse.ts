// Owns the reading of a chat line: a command with its arguments, or a sentence that says what would be one (P12).
import type { ChatCommand, Parsed } from '../../core/commands.ts'
import { type Clauses, type Grammar, incidentNumber, readClauses } from './clauses.ts'
import { commandList, usageOf } from './command-list.ts'
import { readLearn, readSuppress, yesOrNo } from './lesson-commands.ts'
import { type Known, no, ok, plainWords, readRun } from './run-command.ts'
import { readAutonomy, readFreeze, readReport } from './scoped-commands.ts'
import { nearest, sameAs } from './suggest.ts'
import { plainLine, shown } from './words.ts'

const longestLine = 4_000
const names = commandList.map(({ name }) => name)

/**
 * Reads what a person typed, the bot's mention already removed. Pure; never throws, whatever the text.
 * Command words and runbook names are read in any case; `known.runbooks` are the runbooks that exist.
 */
export function parseCommand(text: string, known: Known): Parsed {
  if (text.length > longestLine * 4) return no(tooLong)
  const line = plainLine(text)
  if (line.length > longestLine) return no(tooLong)
  const [, typed = '', rest = ''] = /^(\S*) ?(.*)$/s.exec(line) ?? []
  if (typed === '') return no('You did not say what to do.', 'help')
  const name = names.find((each) => each === typed.toLowerCase())
  if (name === undefined) return noCommand(typed, known)
  const read = readClauses(rest, grammars[name] ?? plain)
  if (!read.ok) return no(`${read.reason} ${usage(name)}`, read.suggestion)
  return readers[name](read.clauses, known)
}

const tooLong = `That is too long: a command has at most ${longestLine} characters.`

const plain: Grammar = { parameters: false, incident: false, because: false }
const reasoned: Grammar = { ...plain, because: true }
const full: Grammar = { parameters: true, incident: true, because: true }
const grammars: { readonly [name in ChatCommand['do']]?: Grammar } = {
  plan: full,
  run: full,
  stop: reasoned,
  rollback: reasoned,
  takeover: reasoned,
  resume: reasoned,
  retry: reasoned,
  settle: reasoned,
  confirm: reasoned,
  learn: reasoned,
  suppress: reasoned,
  audit: reasoned,
  breakglass: reasoned,
  freeze: reasoned,
  unfreeze: reasoned,
  autonomy: reasoned,
}

type Reader = (clauses: Clauses, known: Known) => Parsed

const readers: { readonly [name in ChatCommand['do']]: Reader } = {
  help: () => ok({ do: 'help' }),
  whoami: () => ok({ do: 'whoami' }),
  runbooks: (clauses) => ok({ do: 'runbooks', words: plainWords(clauses) }),
  plan: (clauses, known) => readRun('plan', clauses, known, usage('plan')),
  run: (clauses, known) => readRun('run', clauses, known, usage('run')),
  status: (clauses) => {
    const [subject, ...more] = plainWords(clauses).map(reference)
    return more.length > 0 ? tooMany('status', more) : ok({ do: 'status', subject: subject ?? null })
  },
  explain: (clauses) => {
    const [subject, ...more] = plainWords(clauses).map(reference)
    if (more.length > 0) return tooMany('explain', more)
    return ok({ do: 'explain', subject: subject === undefined || /^governance$/i.test(subject) ? null : subject })
  },
  stop: onRun('stop'),
  rollback: onRun('rollback'),
  takeover: onRun('takeover'),
  resume: onRun('resume'),
  retry: (clauses) => {
    const [run, target = null, ...more] = plainWords(clauses)
    if (run === undefined) return no(`\`retry\` needs a run; \`status\` lists them. ${usage('retry')}`)
    return more.length > 0 ? tooMany('retry', more) : ok({ do: 'retry', run, target, because: clauses.because })
  },
  settle: (clauses) => {
    const [run, said, target = null, ...more] = plainWords(clauses)
    const happened = yesOrNo(said)
    if (run === undefined || happened === undefined)
      return no(`\`settle\` needs a run, and whether it happened: yes or no. ${usage('settle')}`)
    return more.length > 0
      ? tooMany('settle', more)
      : ok({ do: 'settle', run, happened, target, because: clauses.because })
  },
  confirm: (clauses) => {
    const [run, said, ...more] = plainWords(clauses)
    const works = yesOrNo(said)
    if (run === undefined || works === undefined)
      return no(`\`confirm\` needs a run, and whether it works again: yes or no. ${usage('confirm')}`)
    return more.length > 0 ? tooMany('confirm', more) : ok({ do: 'confirm', run, works, because: clauses.because })
  },
  audit: onRun('audit'),
  breakglass: (clauses, known) =>
    clauses.because === '' && clauses.words.length > 0
      ? no(`To break the glass takes a reason. ${usage('breakglass')}`)
      : onRun('breakglass')(clauses, known),
  sign: onException('sign'),
  unsign: onException('unsign'),
  freeze: (clauses, known) => readFreeze('freeze', clauses, known, usage('freeze')),
  unfreeze: (clauses, known) => readFreeze('unfreeze', clauses, known, usage('unfreeze')),
  autonomy: (clauses, known) => readAutonomy(clauses, known, usage('autonomy')),
  watch: (clauses) => {
    const subject = plainWords(clauses).join(' ')
    return subject ? ok({ do: 'watch', subject }) : no(`\`watch\` needs a group or a service. ${usage('watch')}`)
  },
  unwatch: (clauses) => ok({ do: 'unwatch', subject: plainWords(clauses).join(' ') || null }),
  report: (clauses) => readReport(clauses, usage('report')),
  learn: (clauses, known) => readLearn(clauses, known, usage('learn')),
  suppress: (clauses) => readSuppress(clauses, usage('suppress')),
}

function onException(name: 'sign' | 'unsign'): Reader {
  return (clauses) => {
    const [exception, ...more] = plainWords(clauses)
    if (exception === undefined)
      return no(`\`${name}\` needs the name of a standing exception; \`explain\` lists them. ${usage(name)}`)
    return more.length > 0 ? tooMany(name, more) : ok({ do: name, exception })
  }
}

function onRun(name: 'stop' | 'rollback' | 'takeover' | 'resume' | 'audit' | 'breakglass'): Reader {
  return (clauses) => {
    const [run, ...more] = plainWords(clauses)
    if (run === undefined) return no(`\`${name}\` needs a run; \`status\` lists them. ${usage(name)}`)
    return more.length > 0 ? tooMany(name, more) : ok({ do: name, run, because: clauses.because })
  }
}

/** Incident numbers are compared in capitals; a run's name stays as it was typed. */
const reference = (word: string): string => incidentNumber(word) ?? word

const usage = (name: ChatCommand['do']): string => {
  const line = commandList.find((each) => each.name === name)
  return `Write \`${line ? usageOf(line) : name}\`.`
}

const tooMany = (name: ChatCommand['do'], more: readonly string[]): Parsed =>
  no(`I do not know what \`${shown(more[0] ?? '')}\` is for here. ${usage(name)}`)

/** What was meant by a line that begins with no command. */
function noCommand(typed: string, known: Known): Parsed {
  const runbook = sameAs(typed, known.runbooks)
  if (runbook)
    return no(`\`${runbook}\` is a runbook. To use it say \`run\` or, to look first, \`plan\`.`, `run ${runbook}`)
  const incident = incidentNumber(typed)
  if (incident) return no(`\`${incident}\` is an incident.`, `status ${incident}`)
  if (/^(approve|reject)$/i.test(typed))
    return no('Approvals are given on the card, where what is approved can be seen; `status` posts it again.', 'status')
  return no(`\`${shown(typed)}\` is no command; \`help\` lists them.`, nearest(typed, names))
}
