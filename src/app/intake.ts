// Owns intake: store before the acknowledgement, then work through what waits; and the poller that finds what was missed.
import { type Instant, isObject, type Millis } from '../core/values.ts'
import { isPortError, isTransient, PortError } from '../ports/errors.ts'
import type { Delivery } from '../ports/inbound.ts'
import type { IntakeEvent, PendingEvent } from '../ports/store.ts'
import type { HandleAlert } from './alerts.ts'
import { recordDeploy } from './deploys.ts'
import type { Deps } from './deps.ts'
import { swap, takeTurn } from './documents.ts'
import type { Journal } from './journal.ts'
import { sentence } from './perform/context.ts'
import { propose } from './propose.ts'
import { pulse } from './pulse.ts'
import type { Storms } from './storms.ts'
import { type Subject, subjectOf } from './subject.ts'

export interface Intake {
  accept(delivery: Delivery): Promise<{ readonly id: string }>
  start(): void
  stop(): Promise<void>
}

const BATCH = 100
/** Different subjects that are worked on at once; what is of one subject goes in order. */
const AT_ONCE = 8
const RETRY_MS: Millis = 5_000
/** What others left behind is looked for so often; what is accepted here is worked at once. */
const LOOK_EVERY_MS: Millis = 2_000
/** What more is accepted here is left to whichever replica comes by first. */
const IN_HAND = 1_000
/** A first start looks so far back; later ones go on where the last one stopped. */
const FIRST_LOOK_BACK_MS: Millis = 24 * 3_600_000
/** ServiceNow's timestamps have whole seconds, and a transaction may commit after its timestamp. */
const OVERLAP_MS: Millis = 10_000
const BACKLOG_FOR_MS: Millis = 250

/** What each kind of event is handed to. */
export interface IntakeWork {
  readonly storms: Storms
  readonly alert: HandleAlert
}

/** `reconsider` has a run's waiting plan looked at again. `mayWork` false: what arrives is stored, and others work on it. */
export function intake(
  deps: Deps,
  journal: Journal,
  { storms, alert: handleAlert }: IntakeWork,
  reconsider: (run: string) => Promise<void>,
  mayWork: () => boolean,
): Intake {
  const { store, clock, log, meter, settings, owner } = deps
  const stop = new AbortController()
  const beat = pulse(clock)
  const loops: Promise<void>[] = []
  let backlog = { at: 0, count: 0 }
  /** Accepted here, and held for this replica. */
  const inHand: PendingEvent[] = []
  let lookedAt = 0

  const hasRoom = async (): Promise<boolean> => {
    const now = clock.now()
    if (now - backlog.at > BACKLOG_FOR_MS) backlog = { at: now, count: await store.backlog() }
    return backlog.count < settings.backlogLimit
  }

  const accept = async ({ source, key, body }: Delivery): Promise<{ id: string }> => {
    if (!(await hasRoom())) throw new PortError('unavailable', 'too many events wait already', { retryAfterMs: 5_000 })
    const id = `E${deps.hash.digest(key).slice(0, 24)}`
    const receivedAt = clock.now()
    const heldUntil = mayWork() && inHand.length < IN_HAND ? receivedAt + settings.leaseMs : receivedAt
    const event = { id, key, source, receivedAt, body }
    const accepted = await store.accept(event, heldUntil)
    meter.intake(source, accepted.fresh ? 'accepted' : 'repeated')
    if (accepted.fresh && heldUntil > receivedAt) inHand.push({ ...event, heldUntil })
    if (accepted.fresh) beat.beat()
    return { id: accepted.id }
  }

  const decline = async (event: IntakeEvent, reason: string): Promise<void> => {
    meter.intake(event.source, 'declined')
    await journal.control({ type: 'intakeDeclined', intake: event.id, source: event.source, reason })
  }

  /** Answers whether one look is for all that is known of the subject by now. */
  const work = async (event: IntakeEvent, subject: Subject): Promise<boolean> => {
    switch (subject.kind) {
      case 'alert':
        await handleAlert(event.id, subject.alert)
        return false
      case 'deploy':
        await recordDeploy(deps, subject.deploy, event.receivedAt)
        return false
      case 'unknown':
        await decline(event, 'nothing here handles this type of event')
        return false
      case 'incident': {
        const outcome = await propose(deps, journal, event.id, subject.sysId, storms)
        if (outcome.kind === 'declined') await decline(event, outcome.reason)
        else if (outcome.kind === 'over') await reconsider(outcome.run)
        else if (outcome.kind !== 'nothing')
          log.info({ intake: event.id, run: outcome.run }, `a run was ${outcome.kind}`)
        return outcome.kind !== 'declined'
      }
    }
  }

  /** What others left is not kept waiting by what keeps arriving here. */
  const next = async (): Promise<readonly PendingEvent[]> => {
    if (inHand.length > 0 && clock.now() - lookedAt < LOOK_EVERY_MS) return inHand.splice(0, BATCH)
    const left = await store.pending(clock.now(), BATCH)
    if (left.length < BATCH) lookedAt = clock.now()
    return [...left, ...inHand.splice(0, BATCH - left.length)]
  }

  /** Whether it is this replica's to work on: held long enough, or taken anew before anybody else did. */
  const isMine = async ({ id, heldUntil }: PendingEvent): Promise<boolean> => {
    const now = clock.now()
    if (heldUntil - now > settings.leaseMs / 2) return true
    try {
      await store.hold(id, heldUntil, now + settings.leaseMs)
      return true
    } catch (error) {
      if (isPortError(error, 'conflict')) return false
      throw error
    }
  }

  /** Answers as `work`; what cannot be done now waits, and a bug costs this one event alone. */
  const workOn = async (event: PendingEvent, subject: Subject, isLooked: boolean): Promise<boolean> => {
    try {
      if (!(await isMine(event))) return isLooked
      const looked = isLooked || (await work(event, subject))
      await store.done(event.id)
      return looked
    } catch (error) {
      if (!isPortError(error)) {
        log.error({ intake: event.id, err: error }, 'a bug stopped this event')
        await decline(event, `runbot met a bug: ${sentence(error).slice(0, 200)}`)
        await store.done(event.id)
        return isLooked
      }
      log.warn({ intake: event.id, reason: error.message }, 'this event waits')
      await store.postpone(event.id, clock.now() + Math.max(error.retryAfterMs ?? 0, RETRY_MS))
      return isLooked
    }
  }

  const round = async (): Promise<boolean> => {
    if (!mayWork()) return false
    const events = await next()
    const bySubject = new Map<string, { readonly event: PendingEvent; readonly subject: Subject }[]>()
    for (const event of events) {
      const subject = subjectOf(event)
      const all = bySubject.get(subject.key) ?? []
      all.push({ event, subject })
      bySubject.set(subject.key, all)
    }
    const left: PendingEvent[] = []
    const waiting = bySubject.values()
    const worker = async (): Promise<void> => {
      for (const all of waiting) {
        // An incident's event is only a hint to read it back: one look that comes after several of them is for all.
        let isLooked = false
        for (const { event, subject } of all)
          if (stop.signal.aborted) left.push(event)
          else isLooked = await workOn(event, subject, isLooked)
      }
    }
    // The next round begins when all of this one is done, or what is of one subject could overtake itself.
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
    inHand.unshift(...left)
    for (const each of ended) if (each.status === 'rejected') throw each.reason
    return left.length === 0 && (events.length === BATCH || inHand.length > 0)
  }

  const poll = async (): Promise<void> => {
    const turnMs = settings.pollMs + settings.leaseMs
    if (!mayWork() || !(await takeTurn(store, 'servicenow-poll', owner, clock.now(), turnMs))) return
    const document = await store.get('cursor', 'servicenow-poll')
    const kept = isObject(document?.value) ? document.value['since'] : undefined
    const since: Instant = typeof kept === 'number' ? kept : clock.now() - FIRST_LOOK_BACK_MS
    let newest = since
    for (const { sysId, number, updatedAt } of await deps.tickets.changedSince(since - OVERLAP_MS)) {
      await accept({
        source: 'servicenow-poll',
        key: `servicenow-poll:${sysId}:${updatedAt}`,
        body: { type: 'incident.updated', data: { sys_id: sysId, number } },
      })
      newest = Math.max(newest, updatedAt)
    }
    if (newest !== kept)
      await swap<void>(store, 'cursor', 'servicenow-poll', () => ({ write: { since: newest }, result: undefined }))
  }

  const every = async (what: string, again: () => Promise<Millis>, waitFor: (ms: Millis) => Promise<void>) => {
    let failing = false
    while (!stop.signal.aborted) {
      let ms: Millis
      try {
        ms = await again()
        failing = false
      } catch (error) {
        ms = RETRY_MS
        if (!failing)
          log.warn({ reason: sentence(error), transient: isTransient(error) }, `${what} failed, will be tried again`)
        failing = true
      }
      await waitFor(ms)
    }
  }

  return {
    accept,
    start() {
      loops.push(
        every(
          'intake',
          async () => ((await round()) ? 0 : LOOK_EVERY_MS),
          (ms) => beat.wait(clock.now() + ms, stop.signal),
        ),
      )
      if (settings.pollMs > 0)
        loops.push(
          every(
            'polling ServiceNow',
            () => poll().then(() => settings.pollMs),
            (ms) => clock.sleep(ms, stop.signal),
          ),
        )
    },
    async stop() {
      stop.abort()
      await Promise.all(loops)
      // Whoever runs on need not wait until they are held no longer.
      for (const { id } of inHand) await store.postpone(id, clock.now()).catch(() => undefined)
    },
  }
}
