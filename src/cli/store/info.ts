// Owns `store info`: what a store holds, counted, for a person or as JSON.
import type { StoreConfig } from '../../config.ts'
import { type Output, printable } from '../terminal.ts'
import { nameOf } from './arguments.ts'
import { everyEvent, everyRecord } from './everything.ts'
import { type Source, withSource } from './open.ts'

interface Info {
  readonly store: string
  readonly schema: number
  readonly chains: { readonly [status: string]: number }
  readonly entries: number
  readonly events: { readonly waiting: number; readonly done: number }
  readonly documents: { readonly [kind: string]: number }
}

/** Changes nothing, also while runbot runs; then the counts are those of slightly different moments. */
export async function info(config: StoreConfig, asJson: boolean, { out }: Output): Promise<0> {
  const found = await withSource(config, (source) => gather(nameOf(config), source))
  if (asJson) out(JSON.stringify(found))
  else for (const line of lines(found)) out(printable(line))
  return 0
}

async function gather(store: string, source: Source): Promise<Info> {
  const [chains, documents] = [tally(), tally()]
  let entries = 0
  for await (const { status, seq } of everyRecord(source.store)) {
    chains.add(status)
    entries += seq
  }
  const events = { waiting: 0, done: 0 }
  for await (const { isDone } of everyEvent(source)) events[isDone ? 'done' : 'waiting'] += 1
  for await (const page of source.all.documents()) for (const { kind } of page) documents.add(kind)
  const counts = { chains: chains.counts(), entries, events, documents: documents.counts() }
  return { store, schema: source.all.schema, ...counts }
}

function tally() {
  const counts = new Map<string, number>()
  return {
    add: (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1),
    counts: () => Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

const lines = ({ store, schema, chains, entries, events, documents }: Info): readonly string[] => [
  `${store}, schema ${schema}`,
  `chains: ${listed(chains)}`,
  `entries: ${entries}`,
  `intake events: ${events.waiting} waiting, ${events.done} done`,
  `documents: ${listed(documents)}`,
]

function listed(counts: { readonly [name: string]: number }): string {
  const each = Object.entries(counts)
  const all = each.reduce((sum, [, count]) => sum + count, 0)
  return all === 0 ? 'none' : `${all} (${each.map(([name, count]) => `${count} ${name}`).join(', ')})`
}
