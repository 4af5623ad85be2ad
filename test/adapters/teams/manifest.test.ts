// Owns the proof that the Teams app package is valid in every language, asks for little, and shows every command.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AppManifestUtils, TeamsManifestConverter } from '@microsoft/app-manifest'
import { commandList } from '../../../src/app/chat/command-list.ts'
import { parseCommand } from '../../../src/app/chat/parse.ts'
import { menuFiles } from '../../../src/cli/package/menus.ts'
import { schemaProblems } from '../../../src/cli/package/schema.ts'

const folder = fileURLToPath(new URL('../../../appPackage/', import.meta.url))
const read = (name: string): string => readFileSync(folder + name, 'utf8')

interface Manifest {
  readonly version: string
  readonly localizationInfo: {
    readonly defaultLanguageTag: string
    readonly additionalLanguages: readonly { readonly languageTag: string; readonly file: string }[]
  }
  readonly bots: readonly {
    readonly scopes: readonly string[]
    readonly commandLists: readonly {
      readonly scopes: readonly string[]
      readonly commands: readonly { readonly title: string; readonly description: string }[]
    }[]
  }[]
  readonly [key: string]: unknown
}
type Translation = { readonly [key: string]: string }

const manifest = JSON.parse(read('manifest.json')) as Manifest
const translations = manifest.localizationInfo.additionalLanguages.map(
  ({ languageTag, file }) => [languageTag, JSON.parse(read(file)) as Translation] as const,
)

describe('the Teams app package', () => {
  it('fits the schema that it names, with its placeholders filled in', async () => {
    const text = read('manifest.json')
      .replaceAll('${{TEAMS_APP_ID}}', '55555555-5555-4555-8555-555555555555')
      .replaceAll('${{BOT_ID}}', '33333333-3333-4333-8333-333333333333')
      .replaceAll('${{BOT_DOMAIN}}', 'runbot.example.com')
    assert.ok(!text.includes('${{'), 'a placeholder that nothing fills')
    assert.deepEqual(await AppManifestUtils.validateAgainstSchema(TeamsManifestConverter.jsonToManifest(text)), [])
  })

  it('holds no id and no host of anybody', () => {
    const text = read('manifest.json')
    assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}-/)
    assert.deepEqual(
      [...new Set(text.match(/https:\/\/[^"/]+/g))],
      ['https://developer.microsoft.com', 'https://${{BOT_DOMAIN}}'],
    )
  })

  it('asks for no permission to read what is not said to the bot', () => {
    // Resource-specific consent and single sign-on stand under these keys.
    for (const key of ['authorization', 'webApplicationInfo', 'devicePermissions'])
      assert.equal(manifest[key], undefined, key)
    // identity: who approves is an Entra id (P10). messageTeamMembers: a card of their own for approvers elsewhere.
    assert.deepEqual(manifest['permissions'], ['identity', 'messageTeamMembers'])
  })

  it('loads no web page into Teams, and so names no domain for one', () => {
    assert.deepEqual(manifest['validDomains'], [])
    for (const key of [
      'staticTabs',
      'configurableTabs',
      'composeExtensions',
      'extensions',
      'meetingExtensionDefinition',
    ])
      assert.equal(manifest[key], undefined, key)
  })

  it('bears the version of the project: Teams takes an update only with a new one', () => {
    const project = JSON.parse(readFileSync(`${folder}../package.json`, 'utf8')) as { readonly version: string }
    assert.equal(manifest.version, project.version)
  })

  it('is as its generator writes it (npm run package -- menus)', () => {
    for (const [name, text] of Object.entries(menuFiles(folder))) assert.equal(read(name), text, name)
  })

  it('shows every command in the menus that the command list names, in its words', () => {
    const [bot] = manifest.bots
    assert.deepEqual(bot?.scopes, ['team', 'personal', 'groupChat'])
    const expected = bot?.scopes.map((scope) => ({
      scopes: [scope],
      commands: commandList
        .filter(({ menus }) => menus.some((menu) => menu === scope))
        .map(({ name, description }) => ({ title: name, description })),
    }))
    assert.deepEqual(bot?.commandLists, expected)
    const shown = new Set(bot?.commandLists.flatMap(({ commands }) => commands.map(({ title }) => title)))
    for (const { name } of commandList) {
      assert.ok(shown.has(name), `${name} is in no menu`)
      const parsed = parseCommand(name, { runbooks: [] })
      assert.ok(parsed.ok || !/no command/.test(parsed.reason), name)
    }
  })

  it('keeps descriptions short enough for a phone, in every language', () => {
    for (const { name, description } of commandList) assert.ok(description.length <= 128, name)
    for (const [language, translation] of translations)
      for (const [key, text] of Object.entries(translation))
        if (key.startsWith('bots[')) assert.ok(text.length <= 128, `${language} ${key}`)
  })

  it('speaks English, German and Spanish, whatever the region', () => {
    assert.equal(manifest.localizationInfo.defaultLanguageTag, 'en')
    assert.deepEqual(
      translations.map(([language]) => language),
      ['de', 'es'],
    )
  })

  for (const [language, translation] of translations)
    describe(`in ${language}`, () => {
      it('fits the schema of translations of the same version', async () => {
        assert.deepEqual(
          await schemaProblems(language, translation, 'localization', `${manifest['manifestVersion']}`),
          [],
        )
      })

      it('translates the names, the descriptions and what every command in a menu does', () => {
        const commands = manifest.bots.flatMap(({ commandLists }) =>
          commandLists.flatMap((list, at) =>
            list.commands.map((_, index) => `bots[0].commandLists[${at}].commands[${index}].description`),
          ),
        )
        const fixed = ['$schema', 'name.short', 'name.full', 'description.short', 'description.full']
        assert.deepEqual(Object.keys(translation).toSorted(), [...fixed, ...commands].toSorted())
      })

      it('says none of it in English, and says each command as it is typed', () => {
        const english = new Set([...commandList.map(({ description }) => description), ...textsOf(manifest)])
        for (const [key, text] of Object.entries(translation))
          if (key !== 'name.short') assert.ok(!english.has(text), `${key}: ${text}`)
        assert.equal(translation['name.short'], 'runbot', 'a mention has to find it')
        assert.ok(!Object.keys(translation).some((key) => key.endsWith('.title')))
      })
    })
})

const textsOf = ({ name, description }: Manifest): readonly string[] =>
  [name, description].flatMap((texts) => Object.values(texts as Translation))
