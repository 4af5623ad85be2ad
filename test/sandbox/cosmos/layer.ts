// Owns the thin strict layer over @vercel/cosmosdb-server: what the service checks and the package does not. It proves our code, not Cosmos.
import { randomUUID } from 'node:crypto'
import type { Answer } from '../server.ts'
import { type AccountSettings, accountAnswer, askMetadata, CONSISTENCIES, type Consistency } from './account.ts'
import { refuse, sessionNotAvailable, throttle } from './answers.ts'
import { runBatch } from './batch.ts'
import type { Budget } from './budget.ts'
import { readFactor } from './charges.ts'
import type { Container } from './container.ts'
import { type Operation, perform } from './items.ts'
import type { createMeter } from './meter.ts'
import type { Account, Doc } from './package.ts'
import { answerPlan, runQuery } from './queries.ts'
import type { Request } from './request.ts'

export type LayerOptions = {
  account: Account
  url: () => string
  settings: () => AccountSettings
  physicalPartitions: number
  containerOf: (database: string | undefined, container: string | undefined) => Container | undefined
  auth: (request: Request) => Answer | null
  intervene: (request: Request) => void
  meter: ReturnType<typeof createMeter>
  budget: Budget
  now: () => number
}

type Worked = { answer: Answer; charge: number; operations?: number }

/** Answers a request. Nothing in it pauses once the work on documents begins, so that each request is whole. */
export const createLayer = (options: LayerOptions) => {
  const { account, auth, intervene, meter, budget, settings, containerOf, physicalPartitions } = options

  const work = async (request: Request): Promise<Worked> => {
    const refused = auth(request)
    if (refused) return { answer: refused, charge: 0 }
    if (request.call.path === '/' || request.call.path === '')
      return { answer: accountAnswer(account, options.url(), settings()), charge: 0 }
    if (request.kind === 'metadata') return { answer: await askMetadata(account, request), charge: 0 }
    if (request.kind === 'queryPlan') return { answer: answerPlan(request), charge: 0 }
    intervene(request)
    const container = containerOf(request.database, request.container)
    // SDK SubStatusCodes: 1003 is the missing owner, which tells a missing container from a missing document.
    if (!container) return free(refuse(404, { substatus: 1003, message: 'Owner resource does not exist.' }))
    const consistency = consistencyOf(request, settings().consistency)
    if (!consistency) return free(refuse(400, { message: 'A stronger consistency than the account has was asked.' }))
    if (sessionOf(request) > container.lsn()) return free(sessionNotAvailable())
    const waitMs = budget.waitMs()
    if (waitMs > 0) return free(throttle(waitMs))
    const worked = onDocuments(container, request, readFactor(consistency))
    budget.spend(worked.charge)
    return { ...worked, answer: withSession(worked.answer, container, request) }
  }

  const onDocuments = (container: Container, request: Request, factor: number): Worked => {
    const { kind, partition } = request
    if (kind === 'query' || kind === 'crossPartitionQuery')
      return runQuery(container, request, { factor, physicalPartitions })
    if (kind === 'batch') return runBatch(container, request, factor)
    if (partition === undefined) return free(refuse(400, { message: 'The partition key is missing.' }))
    const { status, charge, document, refusal } = perform(container, partition, operationOf(request), factor)
    if (refusal) return { answer: refuse(status, refusal), charge }
    const headers = document ? { etag: document._etag } : {}
    return { answer: { status, headers, ...(document && status !== 304 ? { body: document } : {}) }, charge }
  }

  return async (request: Request): Promise<Answer> => {
    const { answer, charge, operations = 1 } = await work(request)
    meter.count(request.kind, answer.status, charge, operations)
    return {
      ...answer,
      headers: {
        ...answer.headers,
        // REST reference, "Common response headers". The date is RFC 1123 in whole seconds: what replicas set their clocks by.
        date: new Date(options.now()).toUTCString(),
        'x-ms-activity-id': randomUUID(),
        'x-ms-request-charge': String(Math.round(charge * 100) / 100),
      },
    }
  }
}

const free = (answer: Answer): Worked => ({ answer, charge: 0 })

const operationOf = ({ kind, id, body, ifMatch, ifNoneMatch }: Request): Operation => {
  const document = body as Doc | undefined
  const types = { create: 'Create', upsert: 'Upsert', replace: 'Replace', delete: 'Delete', patch: 'Patch' } as const
  const type = kind in types ? types[kind as keyof typeof types] : 'Read'
  const operation: Operation = { type, id: id ?? document?.id ?? '', document, ifMatch, ifNoneMatch }
  if (type !== 'Patch') return operation
  // The SDK sends the operations alone, or with a condition.
  const sent = body as unknown[] | { operations: unknown[]; condition?: string }
  return Array.isArray(sent)
    ? { ...operation, operations: sent }
    : { ...operation, operations: sent.operations, condition: sent.condition }
}

/** A request may ask for less than the account gives, never for more (REST reference: 400). */
const consistencyOf = ({ call }: Request, own: Consistency): Consistency | null => {
  const asked = call.headers['x-ms-consistency-level']
  if (asked === undefined) return own
  const rank = CONSISTENCIES.findIndex((each) => each === asked)
  return rank < CONSISTENCIES.indexOf(own) ? null : (CONSISTENCIES[rank] ?? null)
}

/** "Session tokens": `<range>:<version>#<lsn>`; one from the future means that this replica is behind. */
const sessionOf = ({ call }: Request): number => {
  const token = call.headers['x-ms-session-token']
  return typeof token === 'string' ? Number(/#(\d+)/.exec(token)?.[1] ?? 0) : 0
}

const withSession = (answer: Answer, container: Container, { database }: Request): Answer => ({
  ...answer,
  headers: {
    ...answer.headers,
    'x-ms-session-token': `0:-1#${container.lsn()}`,
    'x-ms-alt-content-path': `dbs/${database}/colls/${container.info.id}`,
    'x-ms-content-path': container.info._rid,
  },
})
