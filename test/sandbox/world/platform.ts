// Owns the services of the sandbox world beside its web tiers: a MID Server, a queue, a database, a load balancer.

export type MidServer = {
  name: string
  /** What Windows says of its service, and what ServiceNow hears of it. */
  service: 'Running' | 'Stopped'
  status: 'Up' | 'Down'
  upgrading: boolean
  installed: boolean
  /** How long the oldest of its work has waited. */
  waitingSeconds: number
  /** How many restarts fail before one helps. */
  stubborn: number
  restarts: number
}

export type MessageQueue = {
  name: string
  /** Messages that consumers can read, and those at which they stop: while there is poison nothing is read. */
  ready: number
  poison: number
  parked: number
  free: number
  consumers: number
}

export type Database = {
  name: string
  primary: 'healthy' | 'failing'
  replicas: number
  /** Replicas that readers use. */
  routed: number
  quota: number
  lagSeconds: number
  /** How long readers would wait if there were a single replica. */
  load: number
}

export type Balancer = { name: string; pools: { name: string; weight: number; errorRatio: number }[] }

export const createMidServer = (name: string): MidServer => ({
  name,
  service: 'Running',
  status: 'Up',
  upgrading: false,
  installed: true,
  waitingSeconds: 2,
  stubborn: 0,
  restarts: 0,
})

/** Down, with work that waits; so many restarts fail before one helps. */
export const hang = (mid: MidServer, stubborn = 0): void =>
  void Object.assign(mid, { status: 'Down', waitingSeconds: 900, stubborn })

export const restartMid = (mid: MidServer): void => {
  mid.restarts += 1
  if (mid.stubborn > 0) {
    mid.stubborn -= 1
    mid.service = 'Stopped'
    throw new Error('the service did not stop in time')
  }
  Object.assign(mid, { service: 'Running', status: 'Up', waitingSeconds: 0 })
}

export const createQueue = (name: string): MessageQueue => ({
  name,
  ready: 0,
  poison: 0,
  parked: 0,
  free: 1000,
  consumers: 3,
})

export const poison = (queue: MessageQueue, count: number): void =>
  void Object.assign(queue, { ready: 4200, poison: count })

/** Moves poison aside; without any left the consumers read what is ready. */
export const park = (queue: MessageQueue, count: number): void => {
  const moved = Math.min(count, queue.poison, queue.free)
  queue.poison -= moved
  queue.parked += moved
  queue.free -= moved
  if (queue.poison === 0 && queue.consumers > 0) queue.ready = 0
}

export const unpark = (queue: MessageQueue, count: number): void => {
  const moved = Math.min(count, queue.parked)
  queue.parked -= moved
  queue.free += moved
  queue.poison += moved
}

export const createDatabase = (name: string): Database => ({
  name,
  primary: 'healthy',
  replicas: 2,
  routed: 2,
  quota: 6,
  lagSeconds: 0.4,
  load: 0.2,
})

export const readLatency = ({ load, routed }: Database): number => load / routed

export const createBalancer = (name: string): Balancer => ({
  name,
  pools: [
    { name: 'blue', weight: 50, errorRatio: 0 },
    { name: 'green', weight: 50, errorRatio: 0 },
    { name: 'reserve', weight: 20, errorRatio: 0 },
  ],
})

/** Errors over all traffic; null where there is none. */
export const errorRatio = ({ pools }: Balancer): number | null => {
  const traffic = pools.reduce((sum, { weight }) => sum + weight, 0)
  return traffic === 0 ? null : pools.reduce((sum, pool) => sum + pool.weight * pool.errorRatio, 0) / traffic
}
