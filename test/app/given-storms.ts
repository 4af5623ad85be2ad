// Owns what tests of storms stand on: a store, a clock that is passed in, and the parts that are the real ones.
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import type { Deps } from '../../src/app/deps.ts'
import type { Journal } from '../../src/app/journal.ts'
import type { Alert } from '../../src/core/alert.ts'

export const hour = 3_600_000

const log = { debug() {}, info() {}, warn() {}, error() {} }
const governance = { correlationWindowMs: hour, storm: { from: 5, quietMs: hour } }

/** `over`: what a test gives instead. */
export const depsOf = (now: () => number, over: object): Deps =>
  ({
    store: memoryStore(),
    clock: { now, sleep: async () => {} },
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
    files: { current: () => ({ governance, servicenow: { open: {}, context: { neighbours: 1 } } }) },
    meter: { intake() {}, alert() {} },
    owner: 'one',
    log,
    ...over,
  }) as unknown as Deps

export const noJournal = { load: async () => undefined, control: async () => {} } as unknown as Journal

export const firing = (key: string): Alert => ({
  source: 'cloudevents',
  key,
  status: 'firing',
  title: key,
  text: '',
  severity: null,
  cis: ['web'],
  symptom: 'SiteDown',
  labels: {},
  startsAt: 1,
  endsAt: null,
  incident: null,
  link: null,
})
