// Owns the command menus of the app package, written from the one list of commands, in every language that it speaks.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandList } from '../../app/chat/command-list.ts'
import { german } from '../../app/locale/de/german.ts'
import { spanish } from '../../app/locale/es/spanish.ts'
import type { Json, JsonObject } from '../../core/values.ts'

/** One list for each scope of the bot, in this order: the translations count them. */
const scopes = ['team', 'personal', 'groupChat'] as const
/** As the help in chat says it. */
const translations = { 'de.json': german, 'es.json': spanish } as const

interface MenuManifest extends JsonObject {
  readonly bots: readonly [JsonObject]
}

/** Writes the menus of a folder anew and answers the names of the files that changed; other lines stay as they are. */
export function writeMenus(folder: string): readonly string[] {
  return Object.entries(menuFiles(folder)).flatMap(([name, text]) => {
    if (readFileSync(join(folder, name), 'utf8') === text) return []
    writeFileSync(join(folder, name), text)
    return [name]
  })
}

/** Manifest and translations of a folder by name, as their texts should be. Throws where a menu's words have no translation. */
export function menuFiles(folder: string): { readonly [name: string]: string } {
  const read = (name: string): JsonObject => JSON.parse(readFileSync(join(folder, name), 'utf8')) as JsonObject
  const manifest = read('manifest.json') as MenuManifest
  const [bot] = manifest.bots
  return {
    'manifest.json': written({ ...manifest, bots: [{ ...bot, scopes, commandLists: lists() }] }),
    ...Object.fromEntries(
      Object.entries(translations).map(([name, words]) => [name, written(translated(name, read(name), words))]),
    ),
  }
}

const commandsOf = (scope: (typeof scopes)[number]) => commandList.filter(({ menus }) => menus.includes(scope))

const lists = (): Json =>
  scopes.map((scope) => ({
    scopes: [scope],
    commands: commandsOf(scope).map(({ name, description }) => ({ title: name, description })),
  }))

/** What is said stays as it is typed, in English: only what it does is told in the reader's language. */
function translated(file: string, before: JsonObject, words: { readonly [english: string]: string }): JsonObject {
  const own = Object.entries(before).filter(([key]) => !key.startsWith('bots['))
  const menus = scopes.flatMap((scope, list) =>
    commandsOf(scope).map(({ name, description }, at): [string, string] => {
      const word = words[description]
      if (word === undefined) throw new Error(`${file}: the menu has no words for ${name} ("${description}")`)
      return [`bots[0].commandLists[${list}].commands[${at}].description`, word]
    }),
  )
  return Object.fromEntries([...own, ...menus])
}

/** As the formatter of this project writes it: a list of words on one line. */
const written = (value: Json): string =>
  `${JSON.stringify(value, null, 2).replaceAll(/\[\s+("[^"]*"(?:,\s+"[^"]*")*)\s+\]/g, (_, inner: string) => `[${inner.replaceAll(/\s+(?=")/g, ' ')}]`)}\n`
