// Owns the check against Microsoft's schemas, with the copies that @microsoft/app-manifest brings: nothing is fetched.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type AppManifest, AppManifestUtils } from '@microsoft/app-manifest'
import { isObject, type Json, type JsonObject } from '../../core/values.ts'

const site = 'https://developer.microsoft.com/'
const copies = dirname(createRequire(import.meta.url).resolve('@microsoft/app-manifest'))
const kinds = {
  manifest: 'MicrosoftTeams.schema.json',
  localization: 'MicrosoftTeams.Localization.schema.json',
} as const

/**
 * What is wrong with one file, a line each. Manifest and localisation have to name the same version of the schema
 * (docs "Localize your app"), one that the installed package knows.
 */
export async function schemaProblems(
  file: string,
  content: Json,
  kind: keyof typeof kinds,
  version: Json | undefined,
): Promise<readonly string[]> {
  if (!isObject(content)) return [`${file} must hold an object`]
  const path = `json-schemas/teams/v${version}/${kinds[kind]}`
  if (typeof version !== 'string' || !/^\d+\.\d+$/.test(version) || !existsSync(join(copies, path)))
    return [
      `${file}: the installed @microsoft/app-manifest knows no schema of the manifestVersion; name one that it does`,
    ]
  if (content['$schema'] !== site + path) return [`${file}: $schema must be ${site}${path}, as manifestVersion says`]
  const schema = await AppManifestUtils.fetchSchema(site + path)
  const found = await AppManifestUtils.validateAgainstSchema(
    content as unknown as AppManifest,
    readable(schema) as unknown as typeof schema,
  )
  return found.map((problem) => `${file}: ${problem.trim()}`)
}

/**
 * The schema without the names that are no pattern to ajv (in v1.25's localisation those of activities: a bracket that
 * nothing opens). Such a key is refused then, as one that does not exist: nothing gets through that would not otherwise.
 */
function readable(schema: JsonObject): JsonObject {
  const patterns = schema['patternProperties']
  if (!isObject(patterns)) return schema
  return {
    ...schema,
    patternProperties: Object.fromEntries(Object.entries(patterns).filter(([name]) => isPattern(name))),
  }
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== ''
  } catch {
    return false
  }
}
