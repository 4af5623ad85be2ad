// Owns the specs of `npm run package` where it writes: what the zip holds, where its values come from, and its bytes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppManifestUtils, TeamsManifestConverter } from '@microsoft/app-manifest'
import { unzipSync } from 'fflate'
import { APP, BOT, FILLED, withProject } from './package-project.ts'
import { unzipped } from './package-zip.ts'

const program = join(import.meta.dirname, '../../src/cli/package.ts')
const OTHER = '44444444-4444-4444-8444-444444444444'
const FIVE = ['manifest.json', 'color.png', 'outline.png', 'de.json', 'es.json']

const manifestIn = (zip: Buffer): any => JSON.parse(`${unzipped(zip).get('manifest.json')}`)
const idsIn = (zip: Buffer): readonly string[] => {
  const { id, bots, developer } = manifestIn(zip)
  return [id, bots[0].botId, developer.websiteUrl]
}

describe('npm run package', () => {
  it('writes manifest, icons and translations at the root of a whole zip', () =>
    withProject(async ({ run, path }) => {
      const { code, out, err } = await run(['--env', 'prod', ...FILLED])
      assert.deepEqual([code, err], [0, []])
      const zip = readFileSync(path('build/appPackage.prod.zip'))
      const files = unzipped(zip)
      assert.deepEqual([...files.keys()], FIVE)
      for (const name of ['color.png', 'outline.png'])
        assert.deepEqual(files.get(name), readFileSync(path(`appPackage/${name}`)))
      for (const name of ['de.json', 'es.json'])
        assert.deepEqual(JSON.parse(`${files.get(name)}`), JSON.parse(readFileSync(path(`appPackage/${name}`), 'utf8')))
      const known = unzipSync(zip)
      assert.deepEqual(
        Object.entries(known).map(([name, bytes]) => [name, Buffer.from(bytes)]),
        [...files],
        'as another reader reads it',
      )
      assert.equal(out[0], `build/appPackage.prod.zip: ${FIVE.join(', ')}`)
      assert.equal(
        out[1],
        `app ${APP}, bot ${BOT}, runbot.example.com, version ${manifestIn(zip).version}, languages en, de, es`,
      )
      assert.equal(out[2], `${zip.length} bytes, SHA-256 ${createHash('sha256').update(zip).digest('hex')}`)
      assert.equal(out.length, 3)
    }))

  it('fills every placeholder and changes nothing else, and the result fits the schema', () =>
    withProject(async ({ run, path }) => {
      await run([...FILLED, '--out', 'a.zip'])
      const source = readFileSync(path('appPackage/manifest.json'), 'utf8')
      const expected = source
        .replaceAll('${{TEAMS_APP_ID}}', APP)
        .replaceAll('${{BOT_ID}}', BOT)
        .replaceAll('${{BOT_DOMAIN}}', 'runbot.example.com')
      const text = `${unzipped(readFileSync(path('a.zip'))).get('manifest.json')}`
      assert.deepEqual(JSON.parse(text), JSON.parse(expected))
      assert.deepEqual(await AppManifestUtils.validateAgainstSchema(TeamsManifestConverter.jsonToManifest(text)), [])
    }))

  it("takes an environment's values from the toolkit's file, the environment before it, an option before both", () =>
    withProject(async ({ run, path, write }) => {
      write(
        'env/.env.dev',
        `TEAMS_APP_ID=${APP}\nBOT_ID=${BOT}\nBOT_DOMAIN='dev.example.com' # ours\nTEAMSFX_ENV=dev\n`,
      )
      const zip = () => readFileSync(path('build/appPackage.dev.zip'))
      assert.equal((await run(['--env', 'dev'])).code, 0)
      assert.deepEqual(idsIn(zip()), [APP, BOT, 'https://dev.example.com'])
      await run(['--env', 'dev'], { BOT_ID: OTHER, BOT_DOMAIN: 'env.example.com' })
      assert.deepEqual(idsIn(zip()), [APP, OTHER, 'https://env.example.com'])
      await run(['--env', 'dev', '--domain', 'Said.Example.Com'], { BOT_DOMAIN: 'env.example.com' })
      assert.deepEqual(idsIn(zip()), [APP, BOT, 'https://said.example.com'])
    }))

  it("takes the bot and the host from runbot's own .env, and says that the app bears the bot's id", () =>
    withProject(async ({ run, path, write }) => {
      write(
        '.env',
        `MicrosoftAppId=${BOT.toUpperCase()}\nMicrosoftAppPassword=secret\nPUBLIC_URL=https://ops.example.com/\n`,
      )
      const { code, out } = await run([])
      assert.equal(code, 0)
      assert.match(out.at(-1) ?? '', /^TEAMS_APP_ID is not set: the app bears the bot's id/)
      const zip = readFileSync(path('build/appPackage.zip'))
      assert.deepEqual(idsIn(zip), [BOT, BOT, 'https://ops.example.com'])
      assert.ok(!out.join().includes('secret'))
    }))

  it('makes the same bytes of the same files, wherever and whenever', () =>
    withProject(async ({ root, path }) => {
      const made = ['Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/London'].map((TZ, index) => {
        const { status, stderr } = spawnSync(process.execPath, [program, ...FILLED, '--out', `${index}.zip`], {
          cwd: root,
          env: { PATH: process.env['PATH'] ?? '', TZ },
          encoding: 'utf8',
        })
        assert.deepEqual([status, stderr], [0, ''])
        return readFileSync(path(`${index}.zip`))
      })
      assert.deepEqual(made[1], made[0])
      assert.deepEqual(made[2], made[0])
      assert.equal(made[0]?.readUInt16LE(12), (1 << 5) | 1, '1 January 1980')
    }))

  it('writes where it is told to, and into a folder that is not there yet', () =>
    withProject(async ({ run, path }) => {
      assert.equal((await run([...FILLED, '--out', 'out/of/the/way.zip'])).code, 0)
      assert.equal(unzipped(readFileSync(path('out/of/the/way.zip'))).size, 5)
      assert.ok(!existsSync(path('build')))
    }))

  it('leaves out what the manifest does not name', () =>
    withProject(async ({ run, path, write, change }) => {
      write('appPackage/notes.txt', 'not for Teams')
      change('manifest.json', (manifest) => manifest.localizationInfo.additionalLanguages.pop())
      await run([...FILLED, '--out', 'a.zip'])
      assert.deepEqual([...unzipped(readFileSync(path('a.zip'))).keys()], FIVE.slice(0, 4))
    }))

  it('writes the menus anew from the list of commands, and says what it changed', () =>
    withProject(async ({ run, path, change }) => {
      const before = ['manifest.json', 'de.json'].map((name) => readFileSync(path(`appPackage/${name}`), 'utf8'))
      assert.deepEqual((await run(['menus'])).out, ['the menus are as the list of commands has them'])
      change('manifest.json', ({ bots: [bot] }) => bot.commandLists[1].commands.shift())
      change('de.json', (german) => delete german['bots[0].commandLists[2].commands[11].description'])
      assert.deepEqual((await run(['menus'])).out, ['written anew: manifest.json, de.json'])
      assert.deepEqual(
        ['manifest.json', 'de.json'].map((name) => readFileSync(path(`appPackage/${name}`), 'utf8')),
        before,
      )
    }))
})
