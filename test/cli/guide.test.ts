// Owns the proof that the guide for service owners is true: every example passes the check, every key is explained.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { runbookSchema } from '../../src/adapters/catalog/runbook-schema.ts'

const root = join(import.meta.dirname, '../..')
const guide = readFileSync(join(root, 'docs/runbooks.md'), 'utf8')

/** What is around an example that shows only a part of a file. */
const HEAD = (id: string) => `runbook: ${id}\ntitle: A part\nowner: web-platform\n`
const STEPS = 'steps:\n  - { id: look, tier: 0, preflight: { do: ops.diagnostics, with: { host: "${target}" } } }\n'

/** Every example as a whole file, by its id. */
function examples(text: string): ReadonlyMap<string, string> {
  const blocks = [...text.matchAll(/^```yaml\n(?<yaml>.*?)^```$/gms)].map(({ groups }) => groups?.['yaml'] ?? '')
  return new Map(
    blocks.map((yaml, index) => {
      const own = /^runbook: (\S+)$/m.exec(yaml)?.[1]
      if (own !== undefined) return [own, yaml]
      const id = `part-${index}`
      return [id, HEAD(id) + yaml + (/^steps:/m.test(yaml) ? '' : STEPS)]
    }),
  )
}

/** Every key that the format knows, as `targets.alarm.expect`; a list and a mapping of people's own names are no level. */
function keysOf(type: z.core.$ZodType, path: readonly string[] = []): readonly string[] {
  const { def } = (type as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'object':
      return Object.entries<z.core.$ZodType>(def.shape).flatMap(([key, value]) => [
        [...path, key].join('.'),
        ...keysOf(value, [...path, key]),
      ])
    case 'array':
      return keysOf(def.element, path)
    case 'record':
      return keysOf(def.valueType, path)
    case 'optional':
      return keysOf(def.innerType, path)
    default:
      return []
  }
}

describe('docs/runbooks.md', function () {
  this.timeout(30_000)
  let dir: string
  /** The ground of this project, with these runbooks on it. */
  const check = (files: ReadonlyMap<string, string>) => {
    mkdirSync(join(dir, 'catalog'))
    for (const name of ['governance.yaml', 'connectors.yaml', 'calendars'])
      cpSync(join(root, 'runbooks', name), join(dir, name), { recursive: true })
    for (const [id, yaml] of files) writeFileSync(join(dir, `catalog/${id}.yaml`), yaml)
    const { status, stdout } = spawnSync(process.execPath, ['src/cli/runbooks.ts', 'check', dir], {
      cwd: root,
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
    })
    const lines = stdout.trimEnd().split('\n')
    return { status, last: lines.at(-1), problems: lines.slice(0, -1).filter((line) => !line.includes(' warning: ')) }
  }
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'runbot-guide-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  it('holds examples that all pass the check', () => {
    const files = examples(guide)
    assert.ok(files.size >= 10 && files.has('recycle-shop-pool'), [...files.keys()].join(', '))
    const { status, last, problems } = check(files)
    assert.deepEqual(problems, [])
    assert.equal(status, 0)
    assert.match(last ?? '', new RegExp(`, ${files.size} runbooks: ok$`))
  })

  it('is read closely: an example with a slip, whole or in part, is found', () => {
    const slips = guide.replace('stopAfterFailures: 1\n', 'stopAfterFailure: 1\n').replace('cis: 10', 'cis: ten')
    assert.notEqual(slips, guide)
    const { status, problems } = check(examples(slips))
    assert.equal(status, 1)
    assert.equal(problems.length, 2)
    assert.match(problems.join('\n'), /unknown key "stopAfterFailure"/)
    assert.match(problems.join('\n'), /expected a whole number from 0 up/)
  })

  it('explains every key of the format in a table', () => {
    const rows = guide.split('\n').filter((line) => line.startsWith('|'))
    // A key is explained in the row of the key that it belongs to, or in a row of its own.
    const explained = (key: string): boolean => {
      const names = key.split('.')
      const [last = '', parent = last] = names.toReversed()
      return rows.some((row) => {
        const words = [...row.matchAll(/`([^`]+)`/g)].flatMap(([, word = '']) => word.split('.'))
        return words.includes(last) && (names.length < 3 || words.includes(parent) || words[0] === last)
      })
    }
    const keys = keysOf(runbookSchema)
    assert.ok(keys.includes('steps.preflight.capture.pattern') && keys.includes('targets.alarm.expect'))
    assert.deepEqual(
      keys.filter((key) => !explained(key)),
      [],
    )
  })
})
