// Owns cancelling what a handle names, wherever it is by now: queued, on its way to a build, building, ended or forgotten.
import { PortError } from '../../../ports/errors.ts'
import { lookUp, readBuild, readItem, resultOf } from './follow.ts'
import type { Job } from './job.ts'
import type { Handle } from './parameters.ts'
import type { Item } from './schema.ts'
import { type Look, momentMs } from './search.ts'
import type { Stopping } from './stop.ts'

/** Resolves when it was asked, or when it had ended already; never because it could not be told. */
export function canceller(look: Look, stopping: Stopping) {
  const { reads, clock } = look
  const stopBuild = async (job: Job, id: number, key: string): Promise<void> => {
    const build = await readBuild(reads, job, { of: 'build', id, key })
    if (resultOf(build) === undefined) await stopping.build(job, id)
  }
  /** A moment later where it has left the queue and its build does not show yet. */
  const settled = async (job: Job, handle: Handle): Promise<Item | undefined> => {
    const item = await readItem(reads, job, handle)
    if (item?.cancelled !== false || item.executable) return item
    await clock.sleep(momentMs)
    return readItem(reads, job, handle)
  }

  return async (job: Job, handle: Handle): Promise<void> => {
    if (handle.of === 'build') return stopBuild(job, handle.id, handle.key)
    let item = await settled(job, handle)
    if (item && item.cancelled === undefined) {
      if ((await stopping.item(job, item.id)) === 'asked') return
      item = await settled(job, handle)
    }
    if (item?.cancelled) return
    if (item?.executable) return stopBuild(job, item.executable.number, handle.key)
    if (item) throw stillThere(item)
    const found = await lookUp(look, job, handle)
    if ('build' in found) return stopBuild(job, found.build.number, handle.key)
    if ((await stopping.item(job, found.item.id)) === 'left') throw stillThere(found.item)
  }
}

const stillThere = ({ id }: Item): PortError =>
  new PortError('unavailable', `the queue item ${id} could not be cancelled: it is tried again`)
