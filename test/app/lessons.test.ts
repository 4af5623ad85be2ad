// Owns the proof of what is kept of lessons: the last word alone, wherever it stood, and a person's before anybody's guess.
import assert from 'node:assert/strict'
import { sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import type { Deps } from '../../src/app/deps.ts'
import { dropLesson, keepLesson, keptLesson, lessonsFor, lessonsOf } from '../../src/app/lessons.ts'
import { lessonOf } from '../../src/app/memory.ts'
import type { Lesson } from '../../src/core/memory.ts'
import { ana, t0 } from '../core/given.ts'

const lesson = (id: string, inClass: string, changes: Partial<Lesson> = {}): Lesson => ({
  id,
  features: { class: inClass, ciClass: null, environment: null, symptom: null, words: [] },
  ci: null,
  incident: 'INC1',
  run: null,
  runbook: 'restart-iis',
  words: '',
  worked: true,
  by: ana,
  at: t0,
  source: 'chat',
  ...changes,
})

describe('the lessons that are kept', () => {
  let deps: Pick<Deps, 'store' | 'hash'>
  beforeEach(() => {
    deps = { store: memoryStore(), hash: { digest: sha256Hex, canonicalize: JSON.stringify } }
  })
  const inClass = (name: string) => lessonsFor(deps, lesson('', name).features)

  it('are the last word on an incident, also where its class has changed since (P8)', async () => {
    await keepLesson(deps, lesson('a', 'slow'))
    await keepLesson(deps, lesson('other', 'slow', { incident: 'INC2' }))
    await keepLesson(deps, lesson('a', 'disk-full', { worked: false }))
    assert.deepEqual(
      (await lessonsOf(deps, 'INC1')).map(({ worked }) => worked),
      [false],
    )
    assert.deepEqual(
      (await inClass('slow')).map(({ id }) => id),
      ['other'],
    )
  })

  it('stay taken back where the class of the incident has changed since', async () => {
    const before = lesson('a', 'slow')
    await keepLesson(deps, before)
    await dropLesson(deps, before)
    assert.equal((await keptLesson(deps, lesson('a', 'disk-full')))?.forgotten, true)
  })

  it('are never pushed out by what nobody confirmed', async () => {
    await keepLesson(deps, lesson('confirmed', 'slow'))
    for (let i = 0; i < 600; i += 1) await keepLesson(deps, lesson(`s${i}`, 'slow', { by: null, runbook: null }))
    const kept = await inClass('slow')
    assert.equal(kept.length, 500)
    assert.ok(kept.some(({ id }) => id === 'confirmed'))
    assert.ok(
      kept.some(({ id }) => id === 's599'),
      'the newest suggestion',
    )
  })

  it('give way to newer ones where all are confirmed', async () => {
    for (let i = 0; i < 501; i += 1) await keepLesson(deps, lesson(`l${i}`, 'slow'))
    await keepLesson(deps, lesson('guess', 'slow', { by: null }))
    const ids = (await inClass('slow')).map(({ id }) => id)
    assert.deepEqual([ids.length, ids[0], ids.at(-1)], [500, 'l500', 'l1'])
  })

  it('are short, so that a class of them fits a document of the store', () => {
    const files = { current: () => ({ governance: { classes: {} } }) }
    const all = { ...deps, files, clock: { now: () => t0 } } as unknown as Deps
    const word = { context: { readAt: t0 }, run: 'R1', runbook: null, worked: true, source: 'servicenow' } as const
    const { words } = lessonOf(all, { ...word, words: 'ж'.repeat(1000) }, null)
    assert.ok(words.length <= 400 && words.endsWith('…'))
  })
})
