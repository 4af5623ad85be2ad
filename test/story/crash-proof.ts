// Owns what must be true at the end of a story in which runbot died: every effect, note and reply there once, in order.
import assert from 'node:assert/strict'
import { audit } from '../../src/cli/audit.ts'
import type { EndStatus, RunEvent } from '../../src/core/run.ts'
import type { Message } from '../sandbox/teams-channel/threads.ts'
import type { RunLog, Stage } from './crash-stage.ts'

/** How a story has to end, wherever runbot died in it. */
export interface Ending {
  readonly status: EndStatus
  /** What really happened at the ops API, in order; read-only operations left out. */
  readonly effects: readonly string[]
  /** The state of the incident in ServiceNow: 6 is resolved. */
  readonly state: string
  /** The replies in the thread, by a word of each. */
  readonly thread: readonly RegExp[]
  /** What the card shows in the end. */
  readonly card: RegExp
  /** A run that needs a person keeps its CI locked. */
  readonly locked?: boolean
}

/** What was counted in one story, for the sum of them all. */
export interface Counted {
  readonly effects: number
  /** Teams posts that stand twice, the second one marked. */
  readonly duplicates: number
}

const READS: ReadonlySet<string> = new Set(['diagnostics', 'pool-status'])
const NOTED: ReadonlySet<RunEvent['type']> = new Set([
  'decided',
  'stepAsked',
  'approved',
  'rejected',
  'executionStarted',
  'actionEnded',
  'verified',
  'rollbackEnded',
  'finished',
])

/** Fails with what is wrong. */
export async function prove(stage: Stage, number: string, ending: Ending): Promise<Counted> {
  const run = await oneRun(stage)
  assert.equal(run.record.status, ending.status)
  assert.deepEqual(effectsAt(stage), ending.effects, 'effects at the ops API (P3)')
  proveServiceNow(stage, number, run, ending)
  const duplicates = proveTeams(stage, run, ending)
  const open = await (await stage.store()).all('signature')
  assert.deepEqual(
    open.map(({ value }) => (value as { run?: string }).run),
    [run.record.chain],
    'what the same trouble would join (P8)',
  )
  const locks = await (await stage.store()).all('lock')
  assert.equal(locks.length, ending.locked ? 1 : 0, 'locks that are left (P7)')
  await proveChains(stage)
  return { effects: ending.effects.length, duplicates }
}

/** What an operation really did there, counted at the far side. */
export const effectsAt = ({ world }: Stage): readonly string[] =>
  world.ops.effects.map(({ runbook }) => runbook).filter((runbook) => !READS.has(runbook))

async function oneRun(stage: Stage): Promise<RunLog> {
  const runs = await stage.runs()
  assert.equal(runs.length, 1, 'runs of this one incident (P8)')
  return runs[0] as RunLog
}

function proveServiceNow({ world }: Stage, number: string, { record, entries }: RunLog, ending: Ending): void {
  const incident = world.servicenow.incident(number)
  const sysId = incident['sys_id'] ?? ''
  assert.equal(incident['state'], ending.state, 'the state of the incident')
  const owed = entries.filter(({ event }) => NOTED.has(event.type)).map(({ seq }) => `[runbot ${record.chain}#${seq}]`)
  const notes = world.servicenow.notes(sysId)
  const markers = notes.flatMap((note) => note.match(/\[runbot \S+\]/g) ?? [])
  assert.deepEqual(markers, owed, 'work notes, each once and in order (P6)')
  // A click that comes late, or again because its answer was lost, is recorded after the end.
  const end = entries.findLast(({ event }) => event.type === 'finished')
  assert.ok(end && notes.at(-1)?.includes(end.hash), 'the closing note carries the head of the chain at its end (P4)')
  const captured = entries.flatMap(({ event }) => (event.type === 'evidenceCaptured' && event.sha256 ? [event.id] : []))
  const files = world.servicenow.attachments(sysId).map(({ name }) => name)
  assert.deepEqual(
    files.flatMap((name) => /evidence-(\d+|[a-z]+-[0-9a-f]+)-/.exec(name)?.[1] ?? []).toSorted(),
    captured.toSorted(),
    'evidence, each attached once',
  )
  assert.equal(files.filter((name) => name.includes('-bundle-')).length, 1, 'one bundle for one end')
}

/** Answers how many posts stand twice. */
function proveTeams(stage: Stage, { record }: RunLog, ending: Ending): number {
  const cards = stage.posts().filter(({ card }) => JSON.stringify(card ?? '').includes(record.chain))
  const [shown] = cards.slice(-1)
  assert.ok(shown, 'the card in Teams')
  const replies = (stage.world.teams.thread(shown.conversationId)?.messages ?? []).filter(
    (message) => message !== shown,
  )
  const once = replies.filter((reply, index) => !isRepeat(reply, replies.slice(0, index)))
  assert.equal(once.length, ending.thread.length, `replies: ${once.map(({ text }) => text).join(' | ')}`)
  for (const [index, words] of ending.thread.entries()) assert.match(once[index]?.text ?? '', words, 'replies in order')
  const marked = cards.slice(1).filter(({ card }) => JSON.stringify(card).includes('Once more'))
  assert.equal(marked.length, cards.length - 1, 'a second card says that it is one (P6)')
  const duplicates = marked.length + replies.length - once.length
  assert.ok(duplicates <= stage.kills(), `${duplicates} duplicates: a death costs one at most (P6)`)
  assert.match(JSON.stringify(shown.card), ending.card, 'the card shows the end')
  // A run that needs a person may be closed, which is a stop.
  const over = record.status === 'needsHuman' ? /"verb":"(approve|reject)"/ : /"verb":"(approve|reject|stop)"/
  assert.doesNotMatch(JSON.stringify(shown.card), over, 'and asks nothing any more')
  return duplicates
}

const MARK = / \(once more: [^)]*\)$/
const unmarked = ({ text }: Message): string => text.replace(MARK, '')

/** The same words as before, and marked as a repeat: anything else stands for itself. */
const isRepeat = (reply: Message, before: readonly Message[]): boolean =>
  MARK.test(reply.text) && before.some((earlier) => unmarked(earlier) === unmarked(reply))

async function proveChains(stage: Stage): Promise<void> {
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const code = await audit(['verify'], { RUNBOT_STORE: `sqlite:${stage.place.store}` }, { out: say, err: say })
  assert.equal(code, 0, `the audit trail (P4): ${said.join('; ')}`)
}
