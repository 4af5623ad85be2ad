// Owns the proof of `npm run runbooks -- replay`: 500 real incidents, rows that are wrong, and the files of a git ref.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { HISTORY_CSV } from '../sandbox/servicenow/history.ts'

const root = join(import.meta.dirname, '../..')
const CATALOG = join(import.meta.dirname, 'catalog')
const CSV = fileURLToPath(HISTORY_CSV)
const updates = parse(readFileSync(CSV), { columns: true }) as readonly { readonly [column: string]: string }[]

const run = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/cli/runbooks.ts', 'replay', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return { status, stdout, stderr }
}

interface Json {
  readonly updates: number
  readonly incidents: number
  readonly kinds: { readonly [kind: string]: number }
  readonly runbooks: {
    readonly [id: string]: { readonly proposed: number; readonly months: object; readonly decisions: object }
  }
  readonly classes: { readonly [name: string]: { readonly incidents: number; readonly proposed: number } }
  readonly recurrence: { readonly [id: string]: { readonly counted: number; readonly reached: number } }
  readonly declined: { readonly [reason: string]: number }
  readonly bad: {
    readonly count: number
    readonly first: readonly { readonly line: number; readonly reason: string }[]
  }
  readonly because: { readonly [why: string]: number }
  readonly against?: { readonly differences: readonly { incident: string; before: string; now: string }[] }
}
const json = (...args: readonly string[]): Json => {
  const { status, stdout, stderr } = run(...args, '--json')
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout) as Json
}

describe('npm run runbooks -- replay', function () {
  this.timeout(60_000)
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runbot-replayed-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  describe('over the 500 real incidents, with a catalogue for their categories', () => {
    let real: Json
    before(() => {
      real = json(CSV, '--dir', CATALOG)
    })

    it('reads every update, and accounts for every incident once', () => {
      assert.equal(real.updates, updates.length)
      assert.equal(real.incidents, 500)
      assert.equal(real.bad.count, 0)
      const classes = Object.values(real.classes)
      assert.equal(
        classes.reduce((sum, { incidents }) => sum + incidents, 0),
        500,
      )
      const proposed = classes.reduce((sum, each) => sum + each.proposed, 0)
      const declined = Object.values(real.declined).reduce((sum, each) => sum + each, 0)
      assert.equal(proposed + declined, 500)
      assert.equal(real.kinds['declined'], declined)
    })

    it('proposes what an independent reading of the rows says, where no recurrence is asked for', () => {
      /** Every state of an incident in which it is open, in the order of its updates. */
      const open = updates.filter(
        (each) => each['active'] === 'TRUE' && !['Resolved', 'Closed'].includes(each['incident_state'] ?? ''),
      )
      const ever = (fits: (row: (typeof open)[number]) => boolean) =>
        new Set(open.filter(fits).map((each) => each['number']))
      const devices = ever(
        (row) =>
          row['subcategory'] === 'Subcategory 164' &&
          ['Category 9', 'Category 24', 'Category 61'].includes(row['category'] ?? ''),
      )
      assert.equal(real.runbooks['reimage-device']?.proposed, devices.size)
      const batches = ever(
        (row) =>
          ['Subcategory 125', 'Subcategory 103', 'Subcategory 289'].includes(row['subcategory'] ?? '') &&
          ['Category 19', 'Category 20'].includes(row['category'] ?? ''),
      )
      assert.equal(real.runbooks['rerun-batch']?.proposed, batches.size)
    })

    it('counts for recurrence every incident of a site that is open in the class, and proposes only from the third on', () => {
      const { counted = 0, reached = 0 } = real.recurrence['restart-site-service'] ?? {}
      const outages = updates.filter(
        (each) =>
          each['category'] === 'Category 45' &&
          each['active'] === 'TRUE' &&
          !['Resolved', 'Closed'].includes(each['incident_state'] ?? '') &&
          each['location'] !== '?',
      )
      const incidents = new Set(outages.map((each) => each['number']))
      assert.equal(counted, incidents.size)
      assert.ok(reached > 0 && reached < counted, `${reached} of ${counted}`)
      assert.ok((real.runbooks['restart-site-service']?.proposed ?? 0) <= reached)
    })

    it('says what history cannot tell, and lets none of it pass (P5)', () => {
      assert.ok(Object.keys(real.because).every((why) => why.startsWith('history cannot tell: ')))
      for (const [id, { proposed, decisions }] of Object.entries(real.runbooks))
        assert.deepEqual(decisions, { untold: proposed }, id)
    })

    it('says the same twice, and reads well at a terminal', () => {
      const { status, stdout } = run(CSV, '--dir', CATALOG)
      assert.equal(status, 0)
      assert.equal(stdout, run(CSV, '--dir', CATALOG).stdout)
      assert.match(
        stdout,
        /^3411 updates from 2016-02-29 to \S+; 0 rows could not be read\n500 incidents: \d+ proposed/,
      )
      assert.match(stdout, /\nrunbook +proposed +joined +2016-02 +2016-03 +allow +ask /)
    })
  })

  it('goes on after rows that are wrong, and says of each its line and why', () => {
    const history = file(
      'history.csv',
      'number,state,sys_updated_on,category,location,active\n' +
        'INC1,1,2026-01-05 10:00:00,Category 9,Lisbon,true\n' +
        'INC2,1,05/01/2026 10:00,Category 9,Lisbon,true\n' +
        ',1,2026-01-05 10:01:00,Category 9,Lisbon,true\n' +
        'INC3,1,2026-01-05 10:02:00\n' +
        'INC4,1,2026-02-30 10:02:00,Category 9,Lisbon,true\n' +
        'INC5,1,,Category 9,Lisbon,true\n' +
        'INC6,2,05-01-2026 10:05,Category 9,Lisbon,true\n',
    )
    const said = json(history, '--dir', CATALOG)
    assert.deepEqual([said.updates, said.incidents], [2, 2])
    assert.deepEqual(said.bad, {
      count: 5,
      first: [
        { line: 3, reason: 'its time "05/01/2026 10:00" cannot be read' },
        { line: 4, reason: 'it names no incident (number)' },
        { line: 5, reason: 'it has more or fewer columns than the first line' },
        { line: 6, reason: 'its time "2026-02-30 10:02:00" cannot be read' },
        { line: 7, reason: 'it has no time of the update (sys_updated_on)' },
      ],
    })
  })

  it('reads JSON lines, also as the Table API gives them, by the columns that --map names', () => {
    const line = (value: object) => `${JSON.stringify(value)}\n`
    const cell = (value: string, display_value = value) => ({ value, display_value })
    const history = file(
      'history.jsonl',
      line({
        ticket: 'INC1',
        when: '2026-01-05T10:00:00Z',
        state: 'New',
        active: true,
        category: 'Category 45',
        place: 'Lisbon',
      }) +
        'no json\n[1]\n' +
        line({
          ticket: cell('INC2'),
          when: cell('2026-01-05 10:10:00', '05/01/2026 11:10'),
          state: cell('1', 'New'),
          active: cell('true'),
          category: cell('Category 45'),
          place: cell('0a2b0000000040008000000000000001', 'Lisbon'),
        }) +
        line({
          ticket: 'INC3',
          when: '2026-01-05T12:20:00+02:00',
          state: '2',
          active: true,
          category: 'Category 45',
          place: 'Lisbon',
        }),
    )
    const map = ['number=ticket', 'updated_at=when', 'opened_at=when', 'site=place'].flatMap((each) => ['--map', each])
    const said = json(history, '--dir', CATALOG, ...map)
    assert.deepEqual(
      said.bad.first,
      [2, 3].map((at) => ({ line: at, reason: 'it is not a JSON object' })),
    )
    assert.equal(said.runbooks['restart-site-service']?.proposed, 1)
    assert.deepEqual(said.recurrence['restart-site-service'], { counted: 3, reached: 1, most: 3, unknown: 0 })
    const { status, stderr } = run(history, '--dir', CATALOG, ...map, '--map', 'signature=nowhere')
    assert.equal(status, 1)
    assert.match(stderr, /no row has a column nowhere; there are active, category, place, state, ticket, when/)
  })

  it('goes on after JSON that goes deeper than anybody reads', () => {
    const deep = `{"number":"INC2","sys_updated_on":"2026-01-01 10:00:00","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    const fine = '{"number":"INC1","sys_updated_on":"2026-01-01 10:00:00"}'
    const { updates: read, bad } = json(file('deep.jsonl', [deep, fine].join('\n')), '--dir', CATALOG)
    assert.deepEqual([read, bad.first], [1, [{ line: 1, reason: 'it is not a JSON object' }]])
  })

  it('says of a class what would have been proposed, which what is handed over is not', () => {
    const rows = file(
      'handed.csv',
      'number,sys_updated_on,state,short_description,cmdb_ci\nINC1,2026-01-01 10:00:00,1,503 on the shop,web-1\n',
    )
    const { kinds, classes } = json(rows)
    assert.deepEqual([kinds['handedOver'], kinds['proposed']], [1, 0])
    assert.deepEqual(
      Object.values(classes).map(({ incidents, proposed }) => [incidents, proposed]),
      [[1, 0]],
    )
  })

  it('fails only where nothing could be read', () => {
    const empty = run(file('empty.csv', 'number,state\nINC1,1\n'), '--dir', CATALOG)
    assert.equal(empty.status, 1)
    assert.match(empty.stderr, /it has no time of the update[^\n]*\nno update could be read/)
    assert.equal(run(join(folder, 'none.csv'), '--dir', CATALOG).status, 1)
    assert.equal(run(file('a.txt', 'x'), '--dir', CATALOG).status, 1)
    for (const args of [[], ['a.csv', 'b.csv'], ['a.csv', '--since', 'x']]) assert.equal(run(...args).status, 2)
  })

  it('says what the files of a git ref would have made of each incident, and checks nothing out', () => {
    const repository = join(folder, 'repository')
    cpSync(CATALOG, join(repository, 'runbooks'), { recursive: true })
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: repository,
        encoding: 'utf8',
      })
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('commit', '-q', '-m', 'before')
    const changed = join(repository, 'runbooks/catalog/reimage-device.yaml')
    const runbook = readFileSync(changed, 'utf8')
    writeFileSync(changed, runbook.replace('Subcategory 164', 'Subcategory 170'))
    const state = git('status', '--porcelain')
    const dir = join(repository, 'runbooks')
    const { against, runbooks } = json(CSV, '--dir', dir, '--against', 'main')
    const lost = against?.differences.filter(({ before }) => before.startsWith('proposed reimage-device')) ?? []
    const real = json(CSV, '--dir', CATALOG)
    assert.equal(lost.length, real.runbooks['reimage-device']?.proposed)
    assert.equal(
      against?.differences.filter(({ now }) => now.startsWith('proposed reimage-device')).length,
      runbooks['reimage-device']?.proposed ?? 0,
    )
    assert.equal(git('status', '--porcelain'), state)
    assert.equal(git('worktree', 'list').trim().split('\n').length, 1)
    const { stdout } = run(CSV, '--dir', dir, '--against', 'main')
    assert.match(
      stdout,
      new RegExp(`\\nagainst main: ${against?.differences.length} of 500 incidents would have become`),
    )
    for (const ref of ['nowhere', '--output=x', 'main:runbooks'])
      assert.notEqual(run(CSV, '--dir', dir, '--against', ref).status, 0, ref)
  })
})
