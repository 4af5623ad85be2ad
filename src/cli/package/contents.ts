// Owns what goes into the app package: the manifest, the files that it names, and what is wrong with each.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, type Json, type JsonObject } from '../../core/values.ts'
import { fill } from './fill.ts'
import { iconProblem } from './icon.ts'
import { schemaProblems } from './schema.ts'
import type { Values } from './values.ts'

const MANIFEST = 'manifest.json'
/** Side in pixels of each icon that a manifest may name (docs "Teams app package"). */
const sides = { color: 192, outline: 32, color32x32: 32 } as const

export interface Contents {
  /** By name, in the order in which they are written. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly version: string
  readonly languages: readonly string[]
}

export type ContentsResult =
  | { readonly ok: true; readonly contents: Contents }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Reads, fills and checks a folder with a manifest. Reports every problem of every file at once. */
export async function readContents(folder: string, values: Values): Promise<ContentsResult> {
  const problems: string[] = []
  const files = new Map<string, Uint8Array>()
  const read = readFrom(folder, problems)

  const json = async (name: string, kind: 'manifest' | 'localization', version?: Json): Promise<JsonObject> => {
    const source = read(name)
    const parsed = source && parse(source)
    if (source && parsed === undefined) problems.push(`${name} is no JSON`)
    if (parsed === undefined) return {}
    const { filled, problems: unfilled } = fill(name, parsed, values)
    problems.push(...unfilled)
    const object = isObject(filled) ? filled : {}
    // What is half filled breaks the schema too: one sentence of it is enough.
    if (unfilled.length === 0)
      problems.push(...(await schemaProblems(name, filled, kind, version ?? object['manifestVersion'])))
    files.set(name, Buffer.from(`${JSON.stringify(filled, null, 2)}\n`))
    return object
  }

  const manifest = await json(MANIFEST, 'manifest')
  const named = isObject(manifest['icons']) ? manifest['icons'] : {}
  for (const [icon, side] of Object.entries(sides)) {
    const name = named[icon]
    if (!isName(name, `icons.${icon}`, problems)) continue
    const png = read(name)
    const problem = png && iconProblem(png, side)
    if (problem) problems.push(`${name} (icons.${icon}) ${problem}`)
    if (png) files.set(name, png)
  }
  const translations = translationsOf(manifest)
  for (const { file, at } of translations) {
    if (!isName(file, at, problems)) continue
    const translation = await json(file, 'localization', manifest['manifestVersion'] ?? '')
    for (const key of Object.keys(translation))
      if (!['$schema', 'localizationKeys'].includes(key) && typeof valueAt(manifest, key) !== 'string')
        problems.push(`${file}: ${key} names nothing in ${MANIFEST}: write the menus anew (npm run package -- menus)`)
  }
  if (problems.length > 0) return { ok: false, problems: [...new Set(problems)] }
  const languages = translations.flatMap(({ tag }) => (typeof tag === 'string' ? [tag] : []))
  return { ok: true, contents: { files, version: `${manifest['version']}`, languages } }
}

const readFrom =
  (folder: string, problems: string[]) =>
  (name: string): Buffer | undefined => {
    try {
      return readFileSync(join(folder, name))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const why = name === MANIFEST ? 'start this where the project lies' : `${MANIFEST} names it`
      problems.push(code === 'ENOENT' ? `${name} is not there: ${why}` : `${name} cannot be read (${code})`)
      return undefined
    }
  }

function parse(source: Buffer): Json | undefined {
  try {
    return JSON.parse(source.toString('utf8')) as Json
  } catch {
    return undefined
  }
}

/** A file lies beside the manifest: Teams reads the root of the zip, and nothing outside may come in. */
function isName(value: Json | undefined, at: string, problems: string[]): value is string {
  if (value === undefined) return false
  const isPlain = typeof value === 'string' && /^\w[\w.-]*$/.test(value) && value !== MANIFEST
  if (!isPlain) problems.push(`${MANIFEST}: ${at} must name a file beside it`)
  return isPlain
}

function translationsOf(
  manifest: JsonObject,
): readonly { at: string; file: Json | undefined; tag: Json | undefined }[] {
  const info = manifest['localizationInfo']
  if (!isObject(info)) return []
  const more = Array.isArray(info['additionalLanguages']) ? info['additionalLanguages'].filter(isObject) : []
  return [
    { at: 'localizationInfo.defaultLanguageFile', file: info['defaultLanguageFile'], tag: info['defaultLanguageTag'] },
    ...more.map((each, index) => ({
      at: `localizationInfo.additionalLanguages[${index}].file`,
      file: each['file'],
      tag: each['languageTag'],
    })),
  ]
}

/** What `bots[0].commandLists[1].commands[2].title` names. */
function valueAt(root: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = root
  for (const step of path.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as JsonObject)[step]
  }
  return value
}
