// Owns `learn`: a person says what helped with an incident, or did not, or takes it back; nothing else is ever learnt.
import type { CommandOf } from '../../core/commands.ts'
import type { IncidentContext } from '../../core/incident.ts'
import type { Person, Run } from '../../core/run.ts'
import { isPortError } from '../../ports/errors.ts'
import { visibleCi } from '../cis.ts'
import { asRunId } from '../ids.ts'
import { lessonsOf } from '../lessons.ts'
import { forget, lessonOf, remember, teachers, type Word } from '../memory.ts'
import { judge } from '../shadow.ts'
import { answer, type CommandContext, type Handle, refusal, refuse, whyNotIn } from './context.ts'
import { find } from './show.ts'

type Learn = CommandOf<'learn'>

/** What was meant: an incident, a run, or a run of the incident. */
interface Subject {
  readonly name: string
  readonly context: IncidentContext
  readonly run: Run | undefined
}

export const learn: Handle<Learn> = async (context, { person }, command) => {
  const subject = await subjectOf(context, command.subject)
  if ('reason' in subject) return refusal(subject.reason, subject.fix)
  if (command.forget) return takeBack(context, person, command, subject)
  const said = await remedyOf(context, command, subject)
  if ('reason' in said) return refusal(said.reason, said.fix)
  const { runbook, words, ofRun, suggested } = said
  const { deps, journal } = context
  const owner = runbook === null ? undefined : ownerOf(context, runbook, subject.run)
  const groups = teachers(deps.files.current().governance, owner)
  const refused = await whyNotIn(context, person, groups, 'say what helped', owner)
  if (refused) return refuse(context, person, 'learn', refused)
  if (ofRun?.status === 'recorded' && command.helped === null)
    return refusal('nobody said whether it would have been right', `learn ${subject.name} yes, or no`)
  const worked = command.helped ?? true
  if (ofRun?.status === 'recorded') return judged(context, person, ofRun, worked, words)
  const word: Word = {
    context: subject.context,
    run: subject.run?.id ?? null,
    runbook,
    words,
    worked,
    source: 'chat',
  }
  await remember(deps, journal, { ...lessonOf(deps, word, person), by: person })
  // What somebody else wrote is shown to whoever puts their name to it.
  const what = runbook ?? (suggested ? `"${words.slice(0, SHOWN)}"` : 'what you wrote')
  const helped = worked ? 'helped' : 'did not help'
  return answer(`Learnt: ${what} ${helped} with ${subject.name}. learn ${subject.name} forget takes it back.`, 400)
}

/** Everything that was learnt of the subject, or of one runbook with it. */
async function takeBack(context: CommandContext, person: Person, { runbook }: Learn, { name, run }: Subject) {
  const { deps, journal } = context
  const about = asRunId(name) === null ? name : (run?.context.incident?.number ?? name)
  const lessons = (await lessonsOf(deps, about)).filter((each) => runbook === null || each.runbook === runbook)
  if (lessons.length === 0) return refusal(`nothing was learnt of ${name}`, 'learn … yes or no says what helped')
  const { governance } = deps.files.current()
  // All or nothing: who may take back only a part names it.
  for (const lesson of lessons) {
    const owner = lesson.runbook === null ? undefined : ownerOf(context, lesson.runbook, run)
    const refused = await whyNotIn(context, person, teachers(governance, owner), 'take this back', owner)
    if (refused) return refuse(context, person, 'learn', refused)
  }
  for (const lesson of lessons) await forget(deps, journal, lesson, person)
  const count = lessons.length === 1 ? '1 lesson' : `${lessons.length} lessons`
  return answer(`Forgotten: ${count} of ${name}. The audit trail keeps who said it, and who took it back.`, 400)
}

type No = { readonly reason: string; readonly fix?: string }

async function subjectOf(context: CommandContext, typed: string): Promise<Subject | No> {
  const { deps } = context
  const run = await find(context, typed)
  if (asRunId(typed) !== null) {
    if (!run) return { reason: `there is no run ${typed} here`, fix: 'status lists what is open' }
    if (!run.finished) return { reason: `${run.id} has not ended`, fix: 'say what helped when it has' }
    return { name: run.id, context: run.context, run }
  }
  const number = typed.toUpperCase()
  try {
    const { incident, ciId } = await deps.tickets.incidentByNumber(number)
    const ci = ciId === undefined ? undefined : await visibleCi(deps.tickets, ciId)
    return { name: number, context: { incident, ...(ci ? { ci } : {}), readAt: deps.clock.now() }, run }
  } catch (error) {
    if (!isPortError(error, 'notFound') && !isPortError(error, 'malformed')) throw error
    return { reason: `ServiceNow shows no incident ${typed}`, fix: 'look at the number' }
  }
}

interface Remedy {
  readonly runbook: string | null
  readonly words: string
  /** It is this run of the runbook that is spoken of. */
  readonly ofRun?: Run
  /** The words stand in the record, and nobody had confirmed them. */
  readonly suggested?: true
}

const SHOWN = 200

/** What helped, or did not: as it was typed, else the run's runbook, else what the record suggests. */
async function remedyOf(
  { deps }: CommandContext,
  { runbook, helped, because, subject: typed }: Learn,
  { name, run }: Subject,
): Promise<Remedy | No> {
  if (runbook !== null) return { runbook, words: because }
  const own = run?.finished ? run.runbook : null
  // `learn R… yes because "…"` is about the run; `learn INC… because "…"` about what people did.
  if (run && own && (asRunId(typed) !== null || because === '')) {
    if (run.startedAt !== null || run.status === 'recorded') return { runbook: own.id, words: because, ofRun: run }
    if (asRunId(typed) !== null)
      return { reason: `${run.id} has sent nothing, so it cannot have helped`, fix: nameIt(name) }
  }
  if (because !== '') return { runbook: null, words: because }
  const suggested = (await lessonsOf(deps, name)).find(({ by }) => by === null)
  if (suggested && helped !== null) return { runbook: suggested.runbook, words: suggested.words, suggested: true }
  return { reason: `what helped with ${name} is not said`, fix: nameIt(name) }
}

const nameIt = (name: string): string => `name the runbook, or write what people did: learn ${name} because "…"`

/** What was only recorded has not run, so it has helped nobody: a person says whether it would have been right. */
async function judged({ deps, journal }: CommandContext, person: Person, run: Run, agrees: boolean, because: string) {
  const refused = await judge(deps, journal, run.id, agrees, person, because)
  if (refused) return refusal(refused.reason, refused.fix)
  return answer(`Recorded: ${run.id} would have been ${agrees ? 'right' : 'wrong'}. report counts it.`, 400)
}

const ownerOf = ({ deps }: CommandContext, runbook: string, run: Run | undefined): string =>
  deps.files.current().catalog.runbooks.get(runbook)?.owner ?? (run?.runbook?.id === runbook ? run.runbook.owner : '')
