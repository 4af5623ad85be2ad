// Owns the card templates: read and compiled once, then filled with data that is never itself a template.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Template } from 'adaptivecards-templating'
import { isObject, type Json, type JsonObject } from '../../core/values.ts'

/**
 * Compiles every `*.json` in `dir` and answers a function that expands one by its name.
 * Expansion happens once: `${…}` or `$data` inside the data comes out as it went in (TEAMS "Cards", "Speed").
 * A property that a template makes null is left out: `$when` drops only what stands in a list.
 * Throws when a file is no JSON, and for a name that has no template.
 */
export function cardRenderer({ dir }: { readonly dir: string }): (name: string, data: JsonObject) => Json {
  const templates = new Map<string, Template>()
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json')))
    templates.set(basename(file, '.json'), compiled(join(dir, file)))
  return (name, data) => {
    const template = templates.get(name)
    if (!template) throw new Error(`there is no card template ${name}.json`)
    return withoutNulls(template.expand({ $root: data }) as Json)
  }
}

function compiled(path: string): Template {
  try {
    return new Template(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Error(`card template ${path} cannot be read`, { cause: error })
  }
}

function withoutNulls(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutNulls)
  if (!isObject(json)) return json
  const kept = Object.entries(json).filter(([, value]) => value !== null)
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutNulls(value)]))
}
