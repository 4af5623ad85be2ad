// Owns what is promised in each cell of the fault matrix, which cells cannot exist, and the table that is printed of it.
import assert from 'node:assert/strict'
import { type Server, serve } from '../sandbox/server.ts'
import { type Cell, DRIP_MS, type FaultName, faultNames, type Observed, observe } from './endpoint-faults.suite.ts'
import { type Kind, type Operation, worlds } from './endpoint-worlds.ts'

/** What every kind owes, and those that owe something else. `null`: the cell cannot exist, for the reason in `missing`. */
type Owed = Observed | null | ({ readonly [kind in Kind]?: Observed | null } & { readonly else: Observed | null })

const open = (kind: string): Owed => ({ prometheus: kind, else: `${kind}?` })

const owed: Record<Operation, Record<FaultName, Owed>> = {
  launch: {
    'reset before it is read': open('unavailable'),
    'reset after it is done': open('unavailable'),
    '429 with a date': 'throttled',
    '500 after it is done': open('unavailable'),
    '503 instead of it': open('unavailable'),
    'headers that drip': open('timeout'),
    'a body that drips': open('timeout'),
    'HTML 200 after it is done': open('malformed'),
    'HTML 200 instead of it': { prometheus: null, else: 'malformed?' },
    'another content type': {
      jenkins: 'running noted',
      http: 'ended succeeded',
      prometheus: 'malformed',
      else: 'malformed?',
    },
    'an unknown status': { jenkins: null, http: null, prometheus: null, else: 'running' },
    'a status that goes back': null,
    '301 to another host': open('malformed'),
    '303 within the host': open('malformed'),
  },
  progress: {
    'reset before it is read': 'unavailable',
    'reset after it is done': 'unavailable',
    '429 with a date': 'throttled',
    '500 after it is done': 'unavailable',
    '503 instead of it': 'unavailable',
    'headers that drip': 'timeout',
    'a body that drips': 'timeout',
    'HTML 200 after it is done': 'malformed',
    'HTML 200 instead of it': null,
    'another content type': 'malformed',
    'an unknown status': { jenkins: 'ended unknown', else: 'running noted' },
    'a status that goes back': 'ended succeeded, running, ended failed',
    '301 to another host': 'malformed',
    '303 within the host': 'malformed',
  },
  find: {
    'reset before it is read': 'unavailable',
    'reset after it is done': 'unavailable',
    '429 with a date': 'throttled',
    '500 after it is done': 'unavailable',
    '503 instead of it': 'unavailable',
    'headers that drip': 'timeout',
    'a body that drips': 'timeout',
    'HTML 200 after it is done': 'malformed',
    'HTML 200 instead of it': null,
    'another content type': 'malformed',
    'an unknown status': {
      'ops-api': 'running noted',
      'azure-automation': 'running noted',
      jenkins: 'ended unknown',
      else: 'running',
    },
    'a status that goes back': {
      'awx job': 'running, running, running',
      'awx workflow': 'running, running, running',
      rundeck: 'running, running, running',
      else: 'ended succeeded, running, ended failed',
    },
    '301 to another host': 'malformed',
    '303 within the host': 'malformed',
  },
  cancel: {
    'reset before it is read': 'unavailable?',
    'reset after it is done': 'unavailable?',
    '429 with a date': 'throttled',
    '500 after it is done': 'unavailable?',
    '503 instead of it': 'unavailable?',
    'headers that drip': 'timeout?',
    'a body that drips': 'timeout?',
    'HTML 200 after it is done': 'malformed?',
    'HTML 200 instead of it': 'malformed?',
    'another content type': { rundeck: 'malformed?', else: 'asked' },
    'an unknown status': { jenkins: 'asked, ended unknown', else: 'asked, running noted' },
    'a status that goes back': 'asked, running, ended succeeded',
    '301 to another host': 'malformed?',
    '303 within the host': 'malformed?',
  },
}

const oneExchange = 'its one exchange ends with the answer: nothing to follow, find or cancel'

/** Why a cell cannot exist; undefined where it must. */
function missing(kind: Kind, operation: Operation, fault: FaultName): string | undefined {
  if (operation !== 'launch' && (kind === 'http' || kind === 'prometheus')) return oneExchange
  if (fault === 'HTML 200 instead of it' && (operation === 'progress' || operation === 'find' || kind === 'prometheus'))
    return 'a question does nothing over there, so that there is no instead'
  if (fault === 'a status that goes back' && operation === 'launch') return 'one answer has no history'
  if (fault === 'an unknown status' && operation === 'launch' && owedFor(kind, operation, fault) === null)
    return 'its answer to a launch bears no status'
  return undefined
}

function owedFor(kind: Kind, operation: Operation, fault: FaultName): Observed | null {
  const all = owed[operation][fault]
  if (all === null || typeof all === 'string') return all
  const own = all[kind]
  return own === undefined ? all.else : own
}

const kinds = Object.keys(worlds) as Kind[]
const operations = Object.keys(owed) as Operation[]
const every = kinds.flatMap((kind) =>
  operations.flatMap((operation) => faultNames.map((fault) => ({ kind, operation, fault }))),
)
const cells = every.flatMap((cell): Cell[] => {
  const expected = owedFor(cell.kind, cell.operation, cell.fault)
  return missing(cell.kind, cell.operation, cell.fault) === undefined && expected !== null
    ? [{ ...cell, expected }]
    : []
})
const nameOf = ({ kind, operation, fault }: Omit<Cell, 'expected'>): string => `${kind} ${operation} ${fault}`

describe('the fault matrix of the endpoints', () => {
  let trap: Server
  const dripping = new Map<string, Promise<Observed>>()
  const seen = new Map<string, Observed>()

  const run = async (cell: Cell): Promise<Observed> => {
    const world = await worlds[cell.kind](/drip/.test(cell.fault) ? DRIP_MS : 5000)
    try {
      return await observe(world, cell, trap.url)
    } finally {
      await world.stop()
    }
  }
  before(async () => {
    trap = await serve({ handler: () => ({ status: 200, body: { id: 1, status: 'succeeded' } }) })
    // Each lasts as long as its time limit: all at once.
    for (const cell of cells.filter(({ fault }) => /drip/.test(fault))) dripping.set(nameOf(cell), run(cell))
    await Promise.allSettled(dripping.values())
  })
  after(async () => {
    await trap.stop()
    console.log(table(seen))
  })

  it('has every fault at every operation of every kind, or a reason why it cannot be', () => {
    const unexplained = every.filter((cell) => {
      const reason = missing(cell.kind, cell.operation, cell.fault)
      return owedFor(cell.kind, cell.operation, cell.fault) === null && reason === undefined
    })
    assert.deepEqual(unexplained.map(nameOf), [])
  })

  for (const kind of kinds)
    describe(kind, () => {
      for (const cell of cells.filter((each) => each.kind === kind))
        it(`${cell.operation}: ${cell.fault} → ${cell.expected} (P3)`, async () => {
          const observed = await (dripping.get(nameOf(cell)) ?? run(cell))
          seen.set(nameOf(cell), observed)
          assert.equal(observed, cell.expected)
          assert.equal(trap.requests.length, 0, 'nothing follows a redirect to another host')
        })
    })
})

/** One letter per answer, in the order of the operations; `?`: it may have happened. */
function codeOf(observed: Observed | undefined): string {
  if (observed === undefined) return '–'
  const letters: Readonly<Record<string, string>> = {
    unavailable: 'U',
    timeout: 'O',
    throttled: 'T',
    malformed: 'M',
    denied: 'D',
    asked: 'a',
    running: 'r',
    'running noted': 'n',
    'ended succeeded': 'S',
    'ended failed': 'F',
    'ended unknown': 'X',
  }
  const codes = observed.split(', ').map((each) => each.replace(/^[^?]+/, (word) => letters[word] ?? word))
  return codes.join('')
}

function table(seen: ReadonlyMap<string, Observed>): string {
  const width = 17
  const row = (title: string, columns: readonly string[]) =>
    `  ${title.padEnd(29)}${columns.map((column) => column.padEnd(width)).join('')}`.trimEnd()
  const lines = faultNames.map((fault) =>
    row(
      fault,
      kinds.map((kind) =>
        operations.map((operation) => codeOf(seen.get(nameOf({ kind, operation, fault })))).join(' '),
      ),
    ),
  )
  const reasons = every.flatMap((cell) => missing(cell.kind, cell.operation, cell.fault) ?? [])
  return [
    row('launch progress find cancel', kinds),
    ...lines,
    '  U unavailable  O out of time  T throttled  M malformed  ? it may have happened  r running  n with a note',
    '  S succeeded  F failed  X outcome unknown  a asked to cancel  – cannot be:',
    ...[...new Set(reasons)].map((reason) => `    ${reasons.filter((each) => each === reason).length} × ${reason}`),
    `  ${seen.size} cells of ${every.length}`,
  ].join('\n')
}
