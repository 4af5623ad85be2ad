// Owns the ops runbooks for MID Server, queue, database and load balancer: what they really do to these.
import { type Runbook, type RunbookContext, runEnded } from '../ops-api/runs.ts'
import {
  type Balancer,
  type Database,
  type MessageQueue,
  type MidServer,
  park,
  restartMid,
  unpark,
} from './platform.ts'

export type Platform = { mid: MidServer; queue: MessageQueue; database: Database; balancer: Balancer }

/** A pool counts as bad from here on. */
const BAD = 0.2

export const platformRunbooks = ({ mid, queue, database, balancer }: Platform): Record<string, Runbook> => {
  /** Only what it is really called is touched. */
  const on =
    (
      key: string,
      thing: { name: string },
      act: (parameters: Record<string, unknown>, context: RunbookContext) => unknown,
    ): Runbook =>
    (parameters, context) => {
      const name = String(parameters[key] ?? context.target)
      if (name !== thing.name) throw runEnded('rejected', `there is no ${key} ${name}`)
      return act(parameters, context)
    }
  const midStatus = () => {
    const { service, status, upgrading, installed, waitingSeconds } = mid
    return { service, status, upgrading, installed, waitingSeconds }
  }

  return {
    'mid-status': on('host', mid, midStatus),
    'mid-logs': on('host', mid, ({ lines }, { log }) => {
      log(`agent0.log: SEVERE: worker threads exhausted`)
      return { lines, agent: ['SEVERE: worker threads exhausted'], wrapper: ['JVM appears hung'] }
    }),
    'restart-mid': on('host', mid, (_, { log }) => {
      log('stopping the service')
      restartMid(mid)
      return midStatus()
    }),
    'start-mid': on('host', mid, () => {
      mid.service = 'Running'
      return midStatus()
    }),

    'queue-status': on('queue', queue, () => {
      const { consumers, ready, poison } = queue
      return { consumers, ready, poison }
    }),
    'queue-peek': on('queue', queue, ({ messages }) => ({
      messages,
      headers: queue.poison > 0 ? ['type=order.v9'] : [],
    })),
    'parking-lot': on('queue', queue, () => ({ parked: queue.parked, free: queue.free })),
    'park-messages': on('queue', queue, ({ count }) => {
      park(queue, Number(count))
      return { parked: queue.parked }
    }),
    'unpark-messages': on('queue', queue, ({ count }) => {
      unpark(queue, Number(count))
      return { parked: queue.parked }
    }),

    'replica-status': on('cluster', database, () => {
      const { primary, replicas, routed, quota, lagSeconds } = database
      return { primary, replicas, routed, quota, lagSeconds }
    }),
    'set-replicas': on('cluster', database, ({ replicas }) => {
      if (Number(replicas) > database.quota) throw new Error(`the quota is ${database.quota} replicas`)
      database.replicas = Number(replicas)
      database.routed = Math.min(database.routed, database.replicas)
      return { replicas: database.replicas }
    }),
    'route-reads': on('cluster', database, ({ replicas }) => {
      if (Number(replicas) > database.replicas) throw new Error(`there are ${database.replicas} replicas`)
      database.routed = Number(replicas)
      return { routed: database.routed }
    }),

    'backend-pools': on('balancer', balancer, () => {
      const used = balancer.pools.filter(({ weight }) => weight > 0)
      const good = used.filter(({ errorRatio }) => errorRatio < BAD)
      return { bad: used.filter((pool) => !good.includes(pool)), spareCapacity: Math.max(0, good.length - 1) * 0.4 }
    }),
    'set-weight': on('balancer', balancer, ({ pool: name, weight }) => {
      const pool = balancer.pools.find((each) => each.name === name)
      if (!pool) throw runEnded('rejected', `there is no pool ${String(name)}`)
      pool.weight = Number(weight)
      return { pool: pool.name, weight: pool.weight }
    }),
  }
}
