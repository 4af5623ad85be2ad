// Owns the proof that recurrence is counted exactly over the 500 real incidents, checked by a computation that shares nothing.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { recurrencesOf } from '../../src/app/recurrence.ts'
import { type IncidentContext, known, unknown } from '../../src/core/incident.ts'
import type { Runbook } from '../../src/core/runbook.ts'
import type { Store } from '../../src/ports/store.ts'
import { cel } from '../core/given.ts'
import { HISTORY_CSV } from '../sandbox/servicenow/history.ts'

type Row = { readonly [column: string]: string }
const HOUR = 3_600_000
/** Each incident as its first update has it. */
const updates: readonly Row[] = parse(readFileSync(HISTORY_CSV), { columns: true })
const rows = [...new Map(updates.toReversed().map((row) => [row['number'], row])).values()]

const timeOf = (text = ''): number => {
  const [, day, month, year, hour, minute] = /^(\d\d)-(\d\d)-(\d{4}) (\d\d):(\d\d)$/.exec(text) ?? []
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute))
}
const openedAt = (row: Row): number => timeOf(row['opened_at'])

function contextOf(row: Row): IncidentContext {
  const at = openedAt(row)
  const fact = (name: string, column: string) =>
    [name, row[column] === '?' ? unknown('missing', 'test', at) : known(row[column] ?? '', 'test', at)] as const
  return {
    readAt: at,
    incident: {
      sysId: row['number'] ?? '',
      number: row['number'] ?? '',
      state: 'new',
      shortDescription: '',
      text: '',
      reopened: 0,
      facts: {
        ...Object.fromEntries([
          fact('signature', 'u_symptom'),
          fact('location', 'location'),
          fact('assignment_group', 'assignment_group'),
          fact('category', 'category'),
        ]),
        opened_at: known(new Date(at).toISOString().slice(0, 19).replace('T', ' '), 'test', at),
      },
    },
  }
}

/** What the columns are that a name of `by` stands for. */
const COLUMNS: { readonly [name: string]: string } = {
  signature: 'u_symptom',
  site: 'location',
  queue: 'assignment_group',
  category: 'category',
}

/**
 * Independent of the code: the told incidents of the group as one sorted array of minutes, and for each start in it how
 * many lie within the time, by bisection; the fullest of the starts whose span holds this one.
 */
function expected(told: readonly Row[], row: Row, by: readonly string[], withinMs: number): number | null {
  const values = by.map((name) => row[COLUMNS[name] ?? ''])
  if (values.includes('?')) return null
  const same = told.filter((each) => by.every((name, index) => each[COLUMNS[name] ?? ''] === values[index]))
  const times = same.map(openedAt).sort((a, b) => a - b)
  const below = (limit: number): number => {
    let [low, high] = [0, times.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((times[middle] ?? 0) < limit) low = middle + 1
      else high = middle
    }
    return low
  }
  const own = openedAt(row)
  const starts = times.filter((start) => start <= own && own < start + withinMs)
  return Math.max(...starts.map((start) => below(start + withinMs) - below(start)))
}

const question = (store: Store, by: readonly string[], withinMs: number, now: () => number) => {
  const id = `by-${by.join('-')}`
  const match = { when: cel('true'), recurrence: { count: 2, withinMs, by } }
  const runbook = { id, match } as unknown as Runbook
  const content = { catalog: { runbooks: new Map([[id, runbook]]) }, governance: { classes: {} } }
  const deps = {
    store,
    clock: { now, sleep: async () => undefined },
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
    files: { current: () => content, onChange: () => () => undefined, close: () => undefined },
  } as unknown as Parameters<typeof recurrencesOf>[0]
  return async (row: Row) => {
    const seen = (await recurrencesOf(deps, contextOf(row), true)).get(id)
    return seen?.known ? seen.value : null
  }
}

/** Always the same order that looks like none. */
const shuffled = (all: readonly Row[], seed: number, lateMs: number) =>
  all
    .map((row, index) => ({
      row,
      at: openedAt(row) + (Number.parseInt(sha256Hex(`${seed} ${index}`).slice(0, 8), 16) % lateMs),
    }))
    .toSorted((a, b) => a.at - b.at)

const WAYS: readonly (readonly [by: readonly string[], withinMs: number])[] = [
  [['signature'], 24 * HOUR],
  [['site', 'signature'], 12 * HOUR],
  [['queue'], 8 * HOUR],
  [['category', 'queue', 'site'], 72 * HOUR],
]

describe('recurrence over 500 real incidents', () => {
  it('has them', () => assert.equal(rows.length, 500))

  for (const [by, withinMs] of WAYS)
    it(`counts by ${by.join(', ')} within ${withinMs / HOUR} h as the independent computation does, in order`, async () => {
      let now = 0
      const ask = question(memoryStore(), by, withinMs, () => now)
      const told: Row[] = []
      let highest = 0
      for (const row of rows.toSorted((a, b) => openedAt(a) - openedAt(b))) {
        now = openedAt(row)
        told.push(row)
        const count = await ask(row)
        assert.equal(count, expected(told, row, by, withinMs), row['number'])
        highest = Math.max(highest, count ?? 0)
      }
      assert.ok(highest >= 5, `the data shows recurrence, at most ${highest}`)
    })

  for (const [seed, [by, withinMs]] of WAYS.entries())
    it(`counts by ${by.join(', ')} exactly where each is told late and twice, on two replicas and across a restart (P8)`, async function () {
      this.timeout(60_000)
      let now = 0
      const folder = mkdtempSync(join(tmpdir(), 'runbot-recurrence-'))
      const open = () => Promise.all([0, 1].map(() => sqliteStore({ path: join(folder, 'runbot.db') })))
      const close = (all: readonly Store[]) => Promise.all(all.map((each) => each.close()))
      let replicas = await open()
      try {
        const told: Row[] = []
        for (const [index, { row, at }] of shuffled(rows, seed, withinMs).entries()) {
          if (index === 250) {
            await close(replicas)
            replicas = await open()
          }
          now = at
          told.push(row)
          const counts = await Promise.all(replicas.map((store) => question(store, by, withinMs, () => now)(row)))
          const wanted = expected(told, row, by, withinMs)
          assert.deepEqual(counts, [wanted, wanted], row['number'])
        }
      } finally {
        await close(replicas)
        rmSync(folder, { recursive: true, force: true })
      }
    })
})
