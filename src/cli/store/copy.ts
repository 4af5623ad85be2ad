// Owns `store copy`: from a store at rest into an empty one, checked before and after, and begun again where it stopped.
import { isObject } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import { Complaint, type Output, printable } from '../terminal.ts'
import { type CopyCommand, nameOf } from './arguments.ts'
import { checkAtRest } from './at-rest.ts'
import { everyDocument, everyEvent, everyRecord, MARK_KIND } from './everything.ts'
import { fill } from './fill.ts'
import { type Source, type Target, withSource, withTarget } from './open.ts'
import { type Progress, progress as progressOf } from './progress.ts'
import { compare, verifySource } from './verify.ts'

/** Which copy lies in a store: of which source, and whether all of it is there. */
interface Mark {
  readonly source: string
  readonly isComplete: boolean
}

const MARK_KEY = 'source'
const MOST_LINES = 20

/** Answers the exit code: 0 source and target say the same. Rejects with a Complaint or a PortError. */
export async function copy(command: CopyCommand, output: Output): Promise<0 | 1> {
  const progress = progressOf((line) => output.out(line))
  try {
    return await withSource(command.from, async (source) => {
      await checkAtRest(source, command.isStopped)
      const bad = reporter(output)
      const identity = await verifySource(source, progress, bad.report)
      if (bad.count() > 0)
        throw new Complaint(`${bad.summary()}: nothing was copied, for a copy would hide what happened to the source`)
      output.out(`the source holds: ${progress.counted()} checked`)
      return await withTarget(command.to, (target) =>
        resumable(() => into(target, { source, identity, command, output, progress })),
      )
    })
  } finally {
    progress.stop()
  }
}

interface Job {
  readonly source: Source
  readonly identity: string
  readonly command: CopyCommand
  readonly output: Output
  readonly progress: Progress
}

async function into(target: Target, { source, identity, command, output, progress }: Job): Promise<0 | 1> {
  const before = await markOf(target)
  if (!before) await checkEmpty(target)
  if (before && before.source !== identity)
    throw new Complaint(
      `${nameOf(command.to)} holds ${before.isComplete ? 'a copy' : 'a part of a copy'} of another store: copy into an empty one`,
    )
  if (!before?.isComplete) {
    if (before) output.out('an earlier copy was broken off: it goes on')
    await mark(target, { source: identity, isComplete: false })
    await fill(source, target, progress)
  }
  const wrong = reporter(output)
  await compare(source, target, progress, wrong.report)
  await checkAtRest(source, command.isStopped)
  if (wrong.count() > 0) {
    const why = before?.isComplete
      ? 'the copy was complete once, and one of the two has changed since: a store that runbot has worked on takes no second copy'
      : 'the source has changed meanwhile, or somebody else writes to the target: see that both rest, and start this again'
    throw new Complaint(`${wrong.summary()}: ${why}`)
  }
  await mark(target, { source: identity, isComplete: true })
  output.out(`source and target are the same: ${progress.counted()}, each compared, every chain hash by hash`)
  output.out(
    `next: set RUNBOT_STORE for ${nameOf(command.to)}, start runbot, then npm run freeze -- unfreeze because "…"`,
  )
  return 0
}

/** Where the store was the trouble, what helps is to go on. */
async function resumable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isPortError(error)) throw error
    throw new Complaint(
      `the copy was broken off: ${error.message}. The source is as it was. Mend that and start the same command again: it goes on where it stopped`,
    )
  }
}

async function markOf({ store }: Target): Promise<Mark | undefined> {
  const value = (await store.get(MARK_KIND, MARK_KEY))?.value
  return isObject(value) ? (value as unknown as Mark) : undefined
}

async function mark({ store }: Target, { source, isComplete }: Mark): Promise<void> {
  const version = (await store.get(MARK_KIND, MARK_KEY))?.version ?? null
  await store.put(MARK_KIND, MARK_KEY, { source, isComplete }, version)
}

async function checkEmpty(target: Target): Promise<void> {
  for (const all of [everyRecord(target.store), everyEvent(target), everyDocument(target)]) {
    const { done: isEmpty } = await all.next()
    await all.return(undefined)
    if (!isEmpty)
      throw new Complaint(
        'the target is not empty, and what is in it is no copy that was broken off: name an empty store',
      )
  }
}

/** Prints the first lines and counts all. */
function reporter({ out }: Output) {
  let count = 0
  return {
    report(line: string): undefined {
      count += 1
      if (count <= MOST_LINES) out(printable(line))
    },
    count: () => count,
    summary: () => `${count} ${count === 1 ? 'thing is' : 'things are'} wrong`,
  }
}
