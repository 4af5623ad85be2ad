// Owns that docs/servicenow.md, the doctor and the adapter speak of the same tables and columns.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { accessOf } from '../../../src/cli/doctor/servicenow-access.ts'

describe('the guide for ServiceNow', () => {
  const guide = readFileSync('docs/servicenow.md', 'utf8')
  const read = guide.slice(guide.indexOf('### What runbot reads'), guide.indexOf('### What runbot writes'))
  const context = { neighbours: 2, historyMs: 1, owner: null, commander: null, learned: null }
  const settings = {
    trigger: '',
    incident: {},
    ci: {},
    person: null,
    closeCode: null,
    approvals: true,
    context,
    open: { group: null, fields: {} },
  }
  const governance = { groups: { web: { kind: 'servicenow', name: 'Web' } } }
  const pagers = { desk: { kind: 'servicenow', group: 'Web', table: 'incident_task' } } as const
  const everything = accessOf({
    servicenow: { ...settings, failed: { state: null, assign: null } },
    governance: governance as unknown as Parameters<typeof accessOf>[0]['governance'],
    pagers,
  })

  for (const { table, columns, without } of everything)
    it(`lists ${table} with every column that is read, and what goes without it`, () => {
      const row = read.split('\n').find((line) => line.startsWith(`| \`${table}\``)) ?? ''
      for (const column of columns) assert(row.includes(`\`${column}\``), column)
      assert(row.replaceAll('’', "'").includes(without.replaceAll('’', "'")), without)
    })

  it('misses no table that the adapter names', () => {
    const tables = everything.map(({ table }) => table)
    const call = /\.(?:list|get|page|patch)\(\s*'([a-z_]+)'|insert\(client, '([a-z_]+)'|^const table = '([a-z_]+)'/gm
    const named = globSync('src/adapters/servicenow/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(call)].map(([, ...found]) => found.find(Boolean) ?? ''),
    )
    assert(named.length > 20)
    assert.deepEqual(
      [...new Set(named)].filter((table) => !tables.includes(table)),
      [],
    )
  })
})
