// Owns the arrows of DESIGN §3: who may import whom, and the few rules of form that every source file keeps.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

interface Source {
  /** From the repository's root, with slashes: `src/core/run.ts`. */
  readonly path: string
  readonly text: string
}

/** What app may use besides core, ports and itself: short, and each for a reason. */
const appPackages = [
  'fastest-levenshtein', // "did you mean" in chat
  'node:crypto', // digests of evidence
]
/** Folders whose subfolders are one outside system each: these are siblings too. */
const folded = ['endpoints', 'signals', 'store']
const longestFile = 300

const statement = /^(?:import|export)\s(?<type>type\s)?[^'"]*?\bfrom\s+['"](?<from>[^'"]+)['"]/gm
const bare = /^import\s+['"](?<from>[^'"]+)['"]|\bimport\(\s*['"](?<dynamic>[^'"]+)['"]/gm

interface Import {
  /** A path from the root for a file of ours, else the package's specifier. */
  readonly to: string
  readonly ours: boolean
  readonly typeOnly: boolean
}

function importsOf({ path, text }: Source): readonly Import[] {
  const found = [...text.matchAll(statement), ...text.matchAll(bare)]
  return found.map(({ groups }) => {
    const specifier = groups?.['from'] ?? groups?.['dynamic'] ?? ''
    const ours = specifier.startsWith('.')
    const to = ours ? normalize(join(dirname(path), specifier)).replaceAll('\\', '/') : specifier
    return { to, ours, typeOnly: groups?.['type'] !== undefined }
  })
}

const under = (path: string, folder: string): boolean => path.startsWith(`src/${folder}/`)

/** The adapter that a file belongs to, as the folders that it may import from. */
function ownFolders(path: string): readonly string[] {
  const [, , adapter = '', inner = '', ...rest] = path.split('/')
  const whole = `src/adapters/${adapter}/`
  if (!folded.includes(adapter) || rest.length === 0) return [whole]
  return [`${whole}${inner}/`, ...globSync(`${whole}*.ts`).map((file) => file.replaceAll('\\', '/'))]
}

/** Why this import goes against an arrow; undefined where it may stand. */
function wrongArrow(path: string, { to, ours }: Import): string | undefined {
  const mayUse = (...folders: string[]): boolean => ours && folders.some((folder) => under(to, folder))
  if (under(path, 'core')) return mayUse('core') ? undefined : 'core imports core only'
  if (under(path, 'ports')) return mayUse('core', 'ports') ? undefined : 'ports import core and ports'
  if (under(path, 'app'))
    return mayUse('core', 'ports', 'app') || appPackages.includes(to) ? undefined : 'app imports core, ports and app'
  if (!under(path, 'adapters') || !ours || mayUse('core', 'ports', 'adapters/wire')) return undefined
  const own = ownFolders(path).some((folder) => to.startsWith(folder))
  return own ? undefined : 'an adapter imports core, ports, itself and adapters/wire, never a sibling or app'
}

const atTheEdge = (path: string): boolean =>
  path === 'src/config.ts' || /(^|\/)([a-z0-9-]+-)?schema\.ts$|\/schema\//.test(path)

/** The world as JavaScript offers it without an import: a core that uses it does not decide the same way twice. */
const world =
  /(?<![.\w])(?:new Date\b|Date[.(]|Math\.random|process\.|globalThis|performance\.|crypto\.|fetch\(|set(?:Timeout|Interval|Immediate)\(|queueMicrotask\(|console\.|Intl\.|require\()|\.(?:toLocale\w+|localeCompare)\(/

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
const withoutTexts = (text: string): string => text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")

/** Everything that is wrong with one file, each with the line of DESIGN or STYLE that it breaks. */
function complaintsAbout(source: Source): readonly string[] {
  const { path, text } = source
  const complaints: string[] = []
  for (const each of importsOf(source)) {
    const wrong = wrongArrow(path, each)
    if (wrong !== undefined) complaints.push(`${path} imports ${each.to}: ${wrong}`)
    if (each.to === 'zod' && !each.typeOnly && !atTheEdge(path))
      complaints.push(`${path} imports zod: only config.ts and schema files do`)
    if (each.ours && !each.to.endsWith('.ts')) complaints.push(`${path} imports ${each.to}: imports end in .ts`)
  }
  const used = under(path, 'core') ? world.exec(withoutTexts(withoutComments(text)))?.[0] : undefined
  if (used !== undefined) complaints.push(`${path} uses ${used}: core takes the world as arguments`)
  if (!/^(#!.*\n)?\/\/ Owns /.test(text)) complaints.push(`${path} does not open with a sentence of what it owns`)
  const lines = text.trimEnd().split('\n').length
  if (lines > longestFile) complaints.push(`${path} has ${lines} lines: no file has over ${longestFile}`)
  if (!/^src(\/[a-z0-9-]+)+(\.d)?\.ts$/.test(path)) complaints.push(`${path} is not named in kebab-case`)
  if (/(^|[/-])(utils?|helpers?|managers?|index)\.ts$/.test(path))
    complaints.push(`${path} has a name that says nothing`)
  return complaints
}

describe('the architecture', () => {
  const sources = globSync('src/**/*.ts').map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(path, 'utf8'),
  }))

  it('keeps the arrows of DESIGN §3 and the form of every source file', () => {
    assert.ok(sources.length > 100, 'run from the root of the repository')
    assert.deepEqual(sources.flatMap(complaintsAbout), [])
  })

  describe('its check', () => {
    const says = (path: string, line: string): readonly string[] =>
      complaintsAbout({ path, text: `// Owns an example.\n${line}\n` })

    const wrong: [path: string, line: string][] = [
      ['src/core/a.ts', "import { z } from 'zod'"],
      ['src/core/a.ts', "import type { Store } from '../ports/store.ts'"],
      ['src/core/guardrails/a.ts', "import { readFileSync } from 'node:fs'"],
      ['src/core/a.ts', "const b = await import('../app/b.ts')"],
      ['src/core/a.ts', 'const now = Date.now()'],
      ['src/core/a.ts', 'const id = Math.random()'],
      ['src/core/a.ts', "const home = process.env['HOME']"],
      ['src/ports/a.ts', "export { run } from '../app/run.ts'"],
      ['src/app/a.ts', "import { httpServer } from '../adapters/http/server.ts'"],
      ['src/app/a.ts', "import axios from 'axios'"],
      ['src/app/a.ts', "import '../config.ts'"],
      ['src/adapters/http/a.ts', "import {\n  b,\n} from '../teams/b.ts'"],
      ['src/adapters/http/a.ts', "import { b } from '../../app/b.ts'"],
      ['src/adapters/http/a.ts', "import { b } from '../../config.ts'"],
      ['src/adapters/wire/a.ts', "import { b } from '../http/b.ts'"],
      ['src/adapters/endpoints/awx/a.ts', "import { b } from '../jenkins/b.ts'"],
      ['src/adapters/http/a.ts', "import { z } from 'zod'"],
      ['src/main.ts', "import { z } from 'zod'"],
      ['src/main.ts', "import { b } from './core/b'"],
      ['src/core/Run.ts', ''],
      ['src/app/utils.ts', ''],
      ['src/app/a.ts', '\n'.repeat(300) + 'const b = 1'],
    ]
    for (const [path, line] of wrong)
      it(`finds in ${path}: ${line.trim().replaceAll('\n', ' ').slice(0, 60) || 'its name'}`, () =>
        assert.notDeepEqual(says(path, line), []))

    it('finds a file that does not say what it owns', () => {
      assert.equal(complaintsAbout({ path: 'src/core/a.ts', text: 'export const a = 1\n' }).length, 1)
    })

    const right: [path: string, line: string][] = [
      ['src/core/guardrails/a.ts', "import { b } from '../b.ts'"],
      ['src/core/a.ts', '// A Date from process.env would differ each time.'],
      ['src/core/a.ts', "const reason = 'the process has no Date'"],
      ['src/ports/a.ts', "import type { Json } from '../core/values.ts'"],
      ['src/app/chat/a.ts', "import { distance } from 'fastest-levenshtein'"],
      ['src/adapters/http/a.ts', "import type { z } from 'zod'"],
      ['src/adapters/http/events-schema.ts', "import { z } from 'zod'"],
      ['src/adapters/http/a.ts', "import { verify } from '../wire/standard-webhooks.ts'"],
      ['src/adapters/endpoints/awx/a.ts', "import { system } from '../system.ts'"],
      ['src/adapters/endpoints/endpoints.ts', "import { awx } from './awx/endpoint.ts'"],
      ['src/main.ts', "import { teams } from './adapters/teams/teams.ts'"],
      ['src/cli/a.ts', "import { audit } from '../core/audit.ts'"],
    ]
    for (const [path, line] of right)
      it(`lets stand in ${path}: ${line.slice(0, 60)}`, () => assert.deepEqual(says(path, line), []))
  })
})
