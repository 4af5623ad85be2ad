// Owns the proof that the Teams app package is valid, asks for little, and shows every command.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { AppManifestUtils, TeamsManifestConverter } from '@microsoft/app-manifest'
import { commandList } from '../../../src/app/chat/command-list.ts'
import { parseCommand } from '../../../src/app/chat/parse.ts'

const folder = new URL('../../../appPackage/', import.meta.url)

interface Manifest {
  readonly bots: readonly {
    readonly scopes: readonly string[]
    readonly commandLists: readonly {
      readonly scopes: readonly string[]
      readonly commands: readonly { readonly title: string; readonly description: string }[]
    }[]
  }[]
  readonly icons: { readonly color: string; readonly outline: string }
  readonly permissions: readonly string[]
  readonly authorization?: object
}

const source = (): Promise<string> => readFile(new URL('manifest.json', folder), 'utf8')
const filled = async (): Promise<string> =>
  (await source())
    .replaceAll('${{TEAMS_APP_ID}}', '55555555-5555-4555-8555-555555555555')
    .replaceAll('${{BOT_ID}}', '33333333-3333-4333-8333-333333333333')
    .replaceAll('${{BOT_HOST}}', 'runbot.example.com')

describe('the Teams app package', () => {
  it('fits the schema that it names, with its placeholders filled in', async () => {
    const text = await filled()
    assert.ok(!text.includes('${{'), 'a placeholder that nothing fills')
    assert.deepEqual(await AppManifestUtils.validateAgainstSchema(TeamsManifestConverter.jsonToManifest(text)), [])
  })

  it('holds no id and no host of anybody', async () => {
    const text = await source()
    assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}-/)
    assert.deepEqual(
      [...new Set(text.match(/https:\/\/[^"/]+/g))],
      ['https://developer.microsoft.com', 'https://${{BOT_HOST}}'],
    )
  })

  it('asks for no permission to read what is not said to the bot', async () => {
    const manifest = JSON.parse(await filled()) as Manifest
    assert.equal(manifest.authorization, undefined)
    assert.deepEqual(manifest.permissions, ['identity'])
  })

  it('shows every command in the menus that the command list names, in its words', async () => {
    const [bot] = (JSON.parse(await filled()) as Manifest).bots
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

  it('keeps descriptions short enough for a phone', () => {
    for (const { name, description } of commandList) assert.ok(description.length <= 128, name)
  })

  for (const [name, size, transparent] of [
    ['color', 192, false],
    ['outline', 32, true],
  ] as const)
    it(`has an ${name} icon of ${size} by ${size}`, async () => {
      const png = await readFile(new URL(`${name}.png`, folder))
      assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG')
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [size, size])
      assert.equal((png.readUInt8(25) & 4) === 4, transparent, 'the alpha channel')
    })
})
