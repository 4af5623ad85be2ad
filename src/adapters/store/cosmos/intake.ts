// Owns intake events in Cosmos: each stored once under its dedupe key, and pending until it is done (P8).
import type { PatchRequestBody } from '@azure/cosmos'
import type { Clock } from '../../../ports/clock.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Store } from '../../../ports/store.ts'
import { backlogCount } from './backlog.ts'
import type { Failure } from './errors.ts'
import { unsure } from './guarded.ts'
import { accepted, type IntakeDocument, partitionOf, patches, toEvent, toText } from './intake-documents.ts'
import { checkNames, toTop } from './keys.ts'
import { turns } from './patience.ts'
import { recent } from './recent.ts'
import type { Place } from './requests.ts'
import { newOp, type Writing } from './writing.ts'

type Intake = Pick<Store, 'accept' | 'pending' | 'hold' | 'postpone' | 'done' | 'backlog'>

const PENDING = "SELECT TOP @limit * FROM c WHERE c.waits > '' AND c.helduntil <= @at ORDER BY c.waits"
const BY_ID = 'SELECT c.pk, c.id FROM c WHERE c.event = @id'
const REMEMBERED = 50_000

/** The part of the store that holds intake events. */
export function intake(writing: Writing, clock: Pick<Clock, 'now'>): Intake {
  const { requests, patience, random } = writing
  const backlog = backlogCount(requests, clock)
  /** Event id → partition. Whoever works on an event has accepted it or got it from `pending`, so none is looked for. */
  const partitions = recent<string>(REMEMBERED)
  let lastArrival = 0

  const find = async (id: string): Promise<Place> => {
    const known = partitions.get(id)
    if (known !== undefined) return { pk: known, id: known }
    const [found] = await requests.query<Place>(BY_ID, { '@id': id })
    if (!found) throw unknown()
    partitions.set(id, found.pk)
    return found
  }
  /** Answers `changed` where its condition no longer holds; anything but that and success rejects. */
  const patch = async (
    place: Place,
    body: PatchRequestBody,
    isMine?: (stored: IntakeDocument) => boolean,
  ): Promise<'patched' | 'changed'> => {
    const { again } = turns(patience, random)
    let unclear: Failure | undefined
    for (;;) {
      const written = await requests.patch(place, body)
      if (written.ok) return 'patched'
      if (written.meaning === 'absent') throw unknown()
      if (written.meaning === 'refused') throw written.error
      if (written.meaning === 'changed') {
        if (!unclear || !isMine) return 'changed'
        const stored = await requests.read<IntakeDocument>(place)
        return stored && isMine(stored) ? 'patched' : 'changed'
      }
      if (written.meaning === 'unclear') unclear = written
      if (!(await again(written))) throw unclear ? unsure(written.error) : written.error
    }
  }

  return {
    async accept(event, heldUntil) {
      checkNames(event.id, event.key)
      const pk = partitionOf(event.key)
      if ((partitions.get(event.id) ?? pk) !== pk) throw new PortError('conflict', 'another event has this id')
      partitions.set(event.id, pk)
      const op = newOp()
      lastArrival = Math.max(lastArrival + 1, clock.now() * 1000)
      const document = await accepted({ event, text: toText(event), heldUntil, arrival: lastArrival, op })
      const { again } = turns(patience, random)
      let isUnclear = false
      for (;;) {
        const written = await requests.create(document)
        const stored =
          !written.ok && written.meaning === 'exists' ? await requests.read<IntakeDocument>(document) : undefined
        if (written.ok || stored?.op === op) {
          backlog.add(1)
          return { id: event.id, fresh: true }
        }
        if (stored) {
          if (stored.event !== event.id) partitions.forget(event.id)
          partitions.set(stored.event, pk)
          return { id: stored.event, fresh: false }
        }
        if (written.meaning === 'refused') throw written.error
        isUnclear ||= written.meaning === 'unclear'
        if (!(await again(written))) throw isUnclear ? unsure(written.error) : written.error
      }
    },
    async pending(at, limit) {
      const found = await requests.query<IntakeDocument>(PENDING, { '@limit': toTop(limit), '@at': at })
      for (const { event, pk } of found) partitions.set(event, pk)
      return Promise.all(found.map((document) => toEvent(requests, document)))
    },
    async hold(id, was, until) {
      const op = newOp()
      const outcome = await patch(await find(id), patches.held(was, until, op), (stored) => stored.op === op)
      if (outcome === 'changed') throw new PortError('conflict', 'somebody else has this event in hand')
    },
    async postpone(id, at) {
      await patch(await find(id), patches.postponed(at))
    },
    async done(id) {
      const outcome = await patch(await find(id), patches.done)
      if (outcome === 'patched') backlog.add(-1)
    },
    backlog: backlog.count,
  }
}

const unknown = (): PortError => new PortError('notFound', 'there is no such intake event')
