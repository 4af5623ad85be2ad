// Owns run logs in SQLite: atomic appends, versions, fences, leases, wake-ups and what is due.
import type { Clock } from '../../../ports/clock.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Append, ChainRecord, Store } from '../../../ports/store.ts'
import { appended, type Chain, checkLinks, toChain, toEntry, toRecord } from './chain-rows.ts'
import { type Connection, FEW } from './connection.ts'
import { keepArtefact } from './evidence.ts'
import { listQuery } from './list-query.ts'
import { checkKeys, earliest, toJson, toLimit } from './values.ts'

type Chains = Pick<Store, 'append' | 'record' | 'entries' | 'due' | 'claim' | 'renew' | 'release' | 'wake' | 'list'>

const DUE = `SELECT * FROM chains WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1)
  ORDER BY due_at, chain LIMIT ?2`
const ENTRIES = 'SELECT * FROM entries WHERE chain = ? AND seq >= ? ORDER BY seq LIMIT ?'
const ENTRY = 'INSERT INTO entries (chain, seq, at, event, prev, hash) VALUES (?, ?, ?, ?, ?, ?)'
const SAVE = `INSERT INTO chains (chain, status, seq, head, fence, lease_owner, lease_until, due_at, woken_at, created_at,
    wakes, labels, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (chain) DO UPDATE SET status = excluded.status, seq = excluded.seq, head = excluded.head,
    fence = excluded.fence, lease_owner = excluded.lease_owner, lease_until = excluded.lease_until,
    due_at = excluded.due_at, woken_at = excluded.woken_at, wakes = excluded.wakes, labels = excluded.labels, version = excluded.version`

/** The part of the store that holds chains. `clock` dates a chain that is created without an entry. */
export function chains({ first, few, scan, change, commit }: Connection, clock: Pick<Clock, 'now'>): Chains {
  const find = (chain: string): Chain | undefined => {
    const row = first('SELECT * FROM chains WHERE chain = ?', chain)
    return row && toChain(row)
  }
  const existing = (chain: string): Chain => {
    const found = find(chain)
    if (!found) throw new PortError('notFound', `there is no chain ${chain}`)
    return found
  }
  const held = (chain: string, fence: number): Chain => {
    const found = existing(chain)
    if (found.fence !== fence) throw conflict(chain, 'somebody else took it over')
    return found
  }
  const save = (chain: Chain): ChainRecord => {
    const { status, seq, head, fence, lease, dueAt, wokenAt, createdAt, wakes, version } = chain
    const moments = [lease?.owner ?? null, lease?.until ?? null, dueAt, wokenAt, createdAt]
    change(SAVE, chain.chain, status, seq, head, fence, ...moments, wakes, toJson(chain.labels), version)
    return toRecord(chain)
  }
  const index = ({ chain, createdAt, labels }: Chain) => {
    change('DELETE FROM labels WHERE chain = ?', chain)
    for (const [name, value] of Object.entries(labels)) {
      change('INSERT INTO labels (name, value, created_at, chain) VALUES (?, ?, ?, ?)', name, value, createdAt, chain)
    }
  }

  return {
    async append(given) {
      const append = { ...given, labels: given.labels && { ...given.labels } } as Append
      const artefacts = (append.evidence ?? []).map(({ id, bytes }) => ({ id, bytes: bytes.slice() }))
      checkKeys(append.chain, ...Object.entries(append.labels ?? {}).flat(), ...artefacts.map(({ id }) => id))
      const events = append.entries.map(({ event }) => toJson(event))
      return commit(() => {
        const stored = find(append.chain)
        checkCurrent(append, stored)
        const before = stored ?? fresh(append, clock)
        checkLinks(append.entries, before)
        for (const [i, { chain, seq, at, prev, hash }] of append.entries.entries()) {
          change(ENTRY, chain, seq, at, events[i] as string, prev, hash)
        }
        for (const artefact of artefacts) keepArtefact(change, append.chain, artefact)
        const after = appended(before, append)
        if (append.labels) index(after)
        return save(after)
      })
    },
    async record(chain) {
      const found = find(chain)
      return found && toRecord(found)
    },
    async entries(chain, fromSeq = 1, limit = Number.POSITIVE_INFINITY) {
      const lastSeq = (first('SELECT seq FROM chains WHERE chain = ?', chain)?.['seq'] ?? 0) as number
      const ahead = Math.min(lastSeq - fromSeq + 1, limit)
      const parameters = [chain, fromSeq, toLimit(limit)] as const
      const rows = ahead <= FEW ? few(ENTRIES, ...parameters) : await scan(ENTRIES, parameters)
      return rows.map(toEntry)
    },
    async due(at, limit) {
      const rows = limit <= FEW ? few(DUE, at, toLimit(limit)) : await scan(DUE, [at, toLimit(limit)])
      return rows.map((row) => toRecord(toChain(row)))
    },
    async claim(chain, version, owner, at, leaseMs) {
      return commit(() => {
        const before = existing(chain)
        const { lease } = before
        if (before.version !== version) throw conflict(chain, `it is at version ${before.version}, not ${version}`)
        if (lease && lease.until > at && lease.owner !== owner) throw conflict(chain, 'somebody else works on it')
        const taken = { owner, until: at + leaseMs }
        return save({ ...before, fence: before.fence + 1, lease: taken, wokenAt: null, version: version + 1 })
      })
    },
    async renew(chain, fence, at, leaseMs) {
      await commit(() => {
        const before = held(chain, fence)
        if (!before.lease) throw conflict(chain, 'its lease was given up')
        save({ ...before, lease: { ...before.lease, until: at + leaseMs } })
      })
    },
    async release(chain, fence, dueAt) {
      await commit(() => {
        const before = held(chain, fence)
        save({ ...before, lease: null, dueAt: earliest(dueAt, before.wokenAt), version: before.version + 1 })
      })
    },
    async wake(chain, at) {
      await commit(() => {
        const before = existing(chain)
        const [dueAt, wokenAt] = [earliest(before.dueAt, at), earliest(before.wokenAt, at)]
        save({ ...before, dueAt, wokenAt, wakes: before.wakes + 1 })
      })
    },
    async list(query) {
      const { sql, parameters } = listQuery(query)
      return (await scan(sql, parameters)).map((row) => toRecord(toChain(row)))
    },
  }
}

const conflict = (chain: string, why: string): PortError => new PortError('conflict', `chain ${chain}: ${why}`)

function checkCurrent({ chain, version, fence }: Append, stored: Chain | undefined): void {
  if (version === null && stored) throw conflict(chain, 'it exists already')
  if (version !== null && !stored) throw conflict(chain, 'it does not exist')
  if (stored && stored.version !== version) throw conflict(chain, `it is at version ${stored.version}, not ${version}`)
  if (fence !== undefined && fence !== (stored?.fence ?? 0)) throw conflict(chain, 'somebody else took it over')
}

const fresh = ({ chain, status, entries }: Append, clock: Pick<Clock, 'now'>): Chain => {
  const createdAt = entries[0]?.at ?? clock.now()
  const free = { fence: 0, lease: null, dueAt: null, wokenAt: null, wakes: 0 }
  return { chain, status, createdAt, seq: 0, head: '', ...free, labels: {}, version: 0 }
}
