// Owns what a long copy says of itself: a line every second, and the counts at the end.

export interface Counts {
  readonly chains: number
  readonly entries: number
  readonly artefacts: number
  readonly events: number
  readonly documents: number
}

export interface Progress {
  /** Another part of the work begins; counts begin anew. */
  begin(what: string): void
  count(more: Partial<Counts>): void
  /** Since the last `begin`, as words. */
  counted(): string
  stop(): void
}

const EVERY_MS = 1_000
const none: Counts = { chains: 0, entries: 0, artefacts: 0, events: 0, documents: 0 }

export function progress(out: (line: string) => void): Progress {
  let [what, counts] = ['', none]
  const counted = (): string =>
    [
      number(counts.chains, 'chain'),
      number(counts.entries, 'entry', 'entries'),
      number(counts.artefacts, 'artefact'),
      number(counts.events, 'intake event'),
      number(counts.documents, 'document'),
    ].join(', ')
  const timer = setInterval(() => out(`${what}: ${counted()} so far`), EVERY_MS)
  return {
    begin(next) {
      what = next
      counts = none
    },
    count(more) {
      const added = Object.entries(more).map(([name, count]) => [name, counts[name as keyof Counts] + count])
      counts = { ...counts, ...Object.fromEntries(added) }
    },
    counted,
    stop: () => clearInterval(timer),
  }
}

const number = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
