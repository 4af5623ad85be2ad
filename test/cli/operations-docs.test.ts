// Owns the proof that the guides name nothing that is not there: commands, files, variables, metrics, log lines, alerts.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { createMetrics } from '../../src/adapters/http/metrics.ts'
import { commandList } from '../../src/app/chat/command-list.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const all = (...patterns: string[]): readonly string[] => globSync(patterns, { cwd: ROOT }).toSorted()
const joined = (...patterns: string[]): string =>
  all(...patterns)
    .map(read)
    .join('\n')

const pages = all('docs/*.md', 'docs/operations/*.md')
const own = pages.filter((page) => page.startsWith('docs/operations'))

/** What `find` sees in these pages and `isThere` does not know, as `page: what`. */
const missing = (
  where: readonly string[],
  find: (text: string, page: string) => Iterable<string>,
  isThere: (what: string, page: string) => boolean,
): readonly string[] =>
  where.flatMap((page) =>
    [...new Set(find(read(page), page))].flatMap((what) => (isThere(what, page) ? [] : [`${page}: ${what}`])),
  )
const matches = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([whole, first]) => first ?? whole)
const counted = (where: readonly string[], find: (text: string) => readonly string[]): number =>
  where.reduce((sum, page) => sum + find(read(page)).length, 0)

/** As GitHub makes them. */
const anchorsOf = (text: string): readonly string[] =>
  matches(text.replaceAll(/^```.*?^```/gms, ''), /^#+ (.+)$/gm).map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
const codeSpans = (text: string): readonly string[] =>
  matches(text.replaceAll(/^ *```.*?^ *```/gms, ''), /`([^`\n]+)`/g)

describe('docs', () => {
  it('link to pages and headings that are there', () => {
    const links = (text: string) => matches(text, /\]\((?!https?:|mailto:)([^)\s]+)\)/g)
    const leads = (link: string, page: string): boolean => {
      const [file = '', heading] = link.split('#')
      const path = file === '' ? page : normalize(join(dirname(page), file))
      return existsSync(join(ROOT, path)) && (heading === undefined || anchorsOf(read(path)).includes(heading))
    }
    assert.ok(counted(own, links) > 20)
    assert.deepEqual(missing(pages, links, leads), [])
  })

  it('name commands that package.json has, with words and options that they take', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const typed = (text: string) =>
      matches(text, /npm run (?:--silent )?([a-z][\w:-]*(?: -- [^`\n|)>#]*)?)/g).map((each) => each.trim())
    const exists = (line: string): boolean => {
      const [name = '', rest = ''] = line.split(' -- ')
      const [, program = ''] = /^node (\S+\.ts)$/.exec(scripts[name] ?? '') ?? []
      if (!Object.hasOwn(scripts, name)) return false
      if (rest === '' || program === '') return true
      const source = joined(program, `${program.replace(/\.ts$/, '')}/**/*.ts`, `${program.replace(/\.ts$/, '')}-*.ts`)
      const [first = ''] = rest.split(/[ |]/)
      const options = matches(rest.replaceAll(/"[^"]*"/g, ''), /--([a-z][\w-]*)/g)
      const isWord = !/^[a-z]+$/.test(first) || first === 'because' || new RegExp(`\\b${first}\\b`).test(source)
      return (
        isWord &&
        options.every((option) => new RegExp(`['\\s]${option}'?:`).test(source) || source.includes(`--${option}`))
      )
    }
    assert.ok(counted(own, typed) > 20)
    assert.deepEqual(missing(pages, typed, exists), [])
  })

  it('name files that are there', () => {
    const roots = 'src|test|infra|docs|runbooks|cards|bench|appPackage|env'
    const paths = (text: string) => matches(text, new RegExp(`(?<![\\w./-])((?:${roots})/[\\w./*-]*[\\w*])`, 'g'))
    // The reader makes it, of infra/main.bicepparam.
    const copy = 'infra/my.bicepparam'
    assert.ok(counted(own, paths) > 4)
    assert.deepEqual(
      missing(pages, paths, (path) => path === copy || all(path).length > 0 || existsSync(join(ROOT, path))),
      [],
    )
  })

  it('name environment variables that runbot, the deployment or the page itself knows', () => {
    const known = joined(
      '.env.example',
      'infra/**/*.bicep',
      'infra/**/*.bicepparam',
      'infra/**/Dockerfile',
      'runbooks/**/*.yaml',
      'm365agents*.yml',
    )
    const names = (text: string) => matches(text, /(?<![\w-])([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)(?![\w-])/g)
    // Read by Node and by Azure's library.
    const others = ['AZURE_TENANT_ID', 'AZURE_CLIENT_SECRET', 'NODE_TLS_REJECT_UNAUTHORIZED']
    const isKnown = (name: string, page: string): boolean =>
      others.includes(name) ||
      new RegExp(`\\b${name}\\b`).test(known) ||
      new RegExp(`\\b${name}=|\\$\\{env:${name}\\}`).test(read(page))
    assert.ok(counted(own, names) > 20)
    assert.deepEqual(missing(pages, names, isKnown), [])
  })

  it('name metrics that /metrics has', async () => {
    const metrics = createMetrics()
    metrics.watchBacklog(async () => 0)
    const text = await metrics.text()
    // Some are there only where there is something to watch.
    const declared = joined('src/adapters/http/{metrics,instruments}.ts')
    const found = (body: string) => matches(body, /(?<![\w-])(runbot_[a-z0-9_]+[a-z0-9])(?![\w-])/g)
    const elsewhere = joined('src/adapters/endpoints/**/*.ts', 'infra/servicenow/*', 'docs/servicenow.md')
    const isThere = (name: string, page: string): boolean =>
      new RegExp(`^# TYPE ${name.replace(/_(?:sum|count|bucket)$/, '')}\\b`, 'm').test(text) ||
      declared.includes(`'${name}'`) ||
      (!own.includes(page) && elsewhere.includes(name))
    assert.ok(counted(own, found) >= 5)
    assert.deepEqual(missing(pages, found, isThere), [])
  })

  it('name commands that people can say', () => {
    const known = new Set<string>(commandList.map(({ name }) => name))
    const said = (text: string) => matches(text, /@runbot ([a-z]+)/g)
    assert.ok(counted(own, said) > 20)
    assert.deepEqual(
      missing(pages, said, (name) => known.has(name)),
      [],
    )
  })
})

describe('docs/operations', () => {
  const source = joined('src/**/*.ts').replaceAll(/\s+/g, ' ')

  it('quote what runbot really says', () => {
    const quoted = (text: string) => [
      ...codeSpans(text).filter((span) => /^(?!npm |az |node |cp )[a-z]+(?:,? [a-z]+){2,}(?:: [a-z ]+)?$/.test(span)),
      ...matches(
        text.replaceAll(/\s*\n\s*/g, ' '),
        /(?<![*\w])\*([a-z][a-z’', -]+ [a-z’', -]+)(?: \(schema …\))?\*(?![*\w])/g,
      ),
    ]
    // What others say.
    const foreign = new Set(['output file already exists'])
    assert.ok(counted(own, quoted) > 15)
    assert.deepEqual(
      missing(own, quoted, (words) => foreign.has(words) || source.includes(words)),
      [],
    )
  })

  it('have a part for every alert, whose query looks for lines that runbot writes', () => {
    const alerts = all('infra/alerts/*.kql').map((file) => file.replace(/^.*\/|\.kql$/g, ''))
    assert.ok(alerts.length >= 3)
    const headings = anchorsOf(read('docs/operations.md'))
    assert.deepEqual(
      alerts.filter((alert) => !headings.includes(alert)),
      [],
    )
    const lines = (alert: string) => matches(read(`infra/alerts/${alert}.kql`), /'([a-zA-Z][^']* [^']*)'/g)
    for (const alert of alerts)
      assert.deepEqual(
        lines(alert).filter((line) => !source.includes(line)),
        [],
        alert,
      )
  })
})
