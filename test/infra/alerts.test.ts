// Owns the alerts: each looks for lines that runbot really writes, as long as it writes them.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { readBicep, type Value } from './bicep.ts'

const file = readBicep('infra/modules/alerts.bicep')
const queries = globSync('infra/alerts/*.kql').map((path) => ({
  path: path.replaceAll('\\', '/'),
  text: readFileSync(path, 'utf8'),
}))
const source = globSync('src/**/*.ts')
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')

/** The literals that a query compares a message with: words with spaces, for a column's name has none. */
const sought = (text: string): readonly string[] =>
  [...text.replace(/^\/\/.*$/gm, '').matchAll(/'([^'\n]*)'/g)]
    .map(([, line = '']) => line)
    .filter((line) => line.includes(' '))

describe('the alerts', () => {
  it('are one rule a query, and tell somebody', () => {
    const rules = file.variables.get('rules') as readonly { readonly [name: string]: Value }[]
    const used = rules.map(({ query }) => /loadTextContent\('\.\.\/(.+)'\)/.exec(JSON.stringify(query))?.[1])
    assert.deepEqual(used.map((path) => `infra/${path}`).toSorted(), queries.map(({ path }) => path).toSorted())
    const emails = file.parameters.find(({ name }) => name === 'emails')
    assert.equal(emails?.decorators.get('minLength'), '1')
  })

  it('tell of failed write-backs and of stuck runs', () => {
    const names = queries.map(({ path }) => path)
    assert.ok(names.includes('infra/alerts/write-backs.kql') && names.includes('infra/alerts/stuck-runs.kql'))
  })

  it('read lines that no log level on offer leaves out', () => {
    const level = readBicep('infra/main.bicep').parameters.find(({ name }) => name === 'logLevel')
    assert.doesNotMatch(level?.decorators.get('allowed') ?? 'error', /error|fatal|silent/)
  })

  for (const { path, text } of queries)
    it(`look only for lines that runbot writes (${path})`, () => {
      assert.match(text, /where ContainerAppName == 'THE_APP'/)
      const lines = sought(text)
      assert.ok(lines.length > 1)
      assert.deepEqual(
        lines.filter((line) => ![`'${line}'`, `\`${line}`].some((literal) => source.includes(literal))),
        [],
      )
    })
})
