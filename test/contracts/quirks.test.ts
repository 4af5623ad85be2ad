// Owns keeping QUIRKS.md true: every test that it names is there.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'

const here = (path: string): URL => new URL(path, import.meta.url)

/** The tests that the last column of each table names, as file and part of a title. */
const named = readFileSync(here('QUIRKS.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| quirk |'))
  .flatMap((line) => (line.split(' | ').at(-1) ?? '').replace(/ \|$/, '').split('; '))
  .map((each) => /^([a-z-]+(?:\.suite)?): (.+)$/.exec(each)?.slice(1) ?? [each, ''])

function textOf(file: string): string {
  const paths = [`${file}.ts`, `${file}.test.ts`, `${file}.suite.ts`, `../adapters/endpoints/${file}.test.ts`]
  return paths
    .filter((path) => existsSync(here(path)))
    .map((path) => readFileSync(here(path), 'utf8'))
    .join('\n')
}

describe('the list of quirks', () => {
  it('names tests that exist, and titles that are theirs', () => {
    assert.ok(named.length > 80)
    const missing = named.filter(([file = '', title = '']) => title === '' || !textOf(file).includes(title))
    assert.deepEqual(missing, [])
  })
})
