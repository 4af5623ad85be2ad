// Owns the specs of what `npm run package` refuses: each half-filled package, with the sentence that says what to set.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { APP, BOT, FILLED, type Project, withProject } from './package-project.ts'

const program = join(import.meta.dirname, '../../src/cli/package.ts')
const OUT = 'build/appPackage.zip'

/** Runs it and asserts that it wrote nothing; answers its lines. */
async function refused(project: Project, args: readonly string[] = FILLED, env: Record<string, string> = {}) {
  const { code, out, err } = await project.run([...args, '--out', OUT], env)
  assert.deepEqual([code, out], [1, []])
  assert.ok(!existsSync(project.path(OUT)))
  return err
}

const withDomain = (domain: string): readonly string[] => [...FILLED.slice(0, 4), `--domain=${domain}`]

describe('npm run package refuses', () => {
  it('what nobody filled, every value at once, each with where to set it', () =>
    withProject(async (project) => {
      assert.deepEqual(await refused(project, ['--env', 'prod']), [
        'TEAMS_APP_ID is not set: the app needs an id (a GUID); set it in env/.env.prod or give --app-id',
        'BOT_ID is not set: set it or MicrosoftAppId in env/.env.prod, or give --bot-id',
        'BOT_DOMAIN is not set: set it or PUBLIC_URL in env/.env.prod, or give --domain',
      ])
    }))

  it("the id of the bot as the app's in an environment of the toolkit, which gives the app its own", () =>
    withProject(async (project) => {
      project.write('env/.env.dev', `TEAMS_APP_ID=\nBOT_ID=${BOT}\nBOT_DOMAIN=dev.example.com\n`)
      assert.deepEqual(await refused(project, ['--env', 'dev']), [
        'TEAMS_APP_ID is not set: the app needs an id (a GUID); set it in env/.env.dev or give --app-id',
      ])
    }))

  it("to fill an environment's package from this machine's .env", () =>
    withProject(async (project) => {
      project.write('.env', `TEAMS_APP_ID=${APP}\nMicrosoftAppId=${BOT}\nPUBLIC_URL=https://dev.example.com\n`)
      assert.equal((await refused(project, ['--env', 'prod'])).length, 3)
    }))

  it('an id that is no GUID, naming the variable and never its value', () =>
    withProject(async (project) => {
      const env = { TEAMS_APP_ID: 'hunter2~a.secret', BOT_DOMAIN: 'runbot.example.com', MicrosoftAppId: `${BOT}0` }
      const shape = 'is no GUID: it looks like 8 hex digits, three times 4, and 12, with dashes between'
      assert.deepEqual(await refused(project, [], env), [
        `TEAMS_APP_ID in the environment ${shape}`,
        `MicrosoftAppId in the environment ${shape}`,
      ])
      assert.deepEqual(await refused(project, ['--bot-id', '', '--domain', 'a.example.com'], { TEAMS_APP_ID: APP }), [
        `--bot-id ${shape}`,
      ])
      const zeros = '00000000-0000-0000-0000-000000000000'
      assert.deepEqual(
        await refused(project, [...FILLED.slice(0, 2), ...withDomain('a.example.com'), '--bot-id', zeros]),
        ['--bot-id holds zeros only: set the real id'],
      )
    }))

  for (const [domain, problem] of [
    ['', 'names no host'],
    ['https://runbot.example.com', 'has a scheme'],
    ['HTTPS://runbot.example.com/', 'has a scheme'],
    ['runbot.example.com/api/messages', 'has a path'],
    ['runbot.example.com?a', 'has a path'],
    ['ops@runbot.example.com', 'has a user'],
    ['*.example.com', 'has a wildcard'],
    ['runbot.example.com:443', 'has a port'],
    ['runbot.example.com:', 'has a port'],
    ['localhost', 'is this machine alone'],
    ['localhost:3978', 'is this machine alone'],
    ['bot.localhost', 'is this machine alone'],
    ['127.0.0.1', 'is this machine alone'],
    ['127.1.2.3:3978', 'is this machine alone'],
    ['[::1]:3978', 'is this machine alone'],
    ['::1', 'is this machine alone'],
    ['0.0.0.0', 'is this machine alone'],
    ['203.0.113.7', 'is no host name'],
    ['[2001:db8::1]', 'is no host name'],
    ['runbot', 'is no host name'],
    ['run bot.example.com', 'is no host name'],
    ['-runbot.example.com', 'is no host name'],
    ['runbot..example.com', 'is no host name'],
    ['runbot.example.com"', 'is no host name'],
    [`${'a'.repeat(64)}.example.com`, 'is no host name'],
    ['${{BOT_DOMAIN}}', 'is no host name'],
  ] as const)
    it(`the domain "${domain.slice(0, 40)}", which ${problem}`, () =>
      withProject(async (project) => {
        const lines = await refused(project, withDomain(domain))
        assert.equal(lines.length, 1)
        assert.ok(lines[0]?.startsWith(`--domain ${problem}`), lines[0])
      }))

  it('a PUBLIC_URL that Teams cannot reach', () =>
    withProject(async (project) => {
      const ids = FILLED.slice(0, 4)
      const says = async (url: string) => (await refused(project, ids, { PUBLIC_URL: url })).join()
      assert.match(await says('http://localhost:3978'), /^PUBLIC_URL in the environment is this machine alone/)
      assert.match(await says('https://runbot.example.com:8443/x'), /^PUBLIC_URL in the environment has a port/)
      assert.match(await says('runbot'), /^PUBLIC_URL in the environment names no host/)
    }))

  it('no loopback address where the environment is local, but a port all the same', () =>
    withProject(async (project) => {
      assert.equal((await project.run(['--env', 'local', ...withDomain('localhost')])).code, 0)
      assert.match((await refused(project, ['--env', 'local', ...withDomain('localhost:3978')])).join(), /has a port/)
    }))

  it('a placeholder that it does not know, and half of one, in the manifest and in a translation', () =>
    withProject(async (project) => {
      project.change('manifest.json', (manifest) => {
        manifest.name.short = 'runbot${{APP_NAME_SUFFIX}}'
        manifest.description.short = "$[file('short.txt')]"
      })
      project.change('de.json', (german) => {
        german['name.full'] = 'runbot {{BOT_ID}}'
      })
      const known = 'the placeholders are TEAMS_APP_ID, BOT_ID, BOT_DOMAIN'
      assert.deepEqual(await refused(project, FILLED, { APP_NAME_SUFFIX: '-dev' }), [
        `manifest.json: nothing fills \${{APP_NAME_SUFFIX}}; ${known}`,
        `manifest.json: "$[file('short.txt')]" holds half a placeholder; write \${{NAME}}`,
        'de.json: "runbot {{BOT_ID}}" holds half a placeholder; write ${{NAME}}',
      ])
    }))

  const files: [what: string, spoil: (project: Project) => void, lines: readonly (string | RegExp)[]][] = [
    [
      'a folder without a manifest',
      ({ remove }) => remove('appPackage/manifest.json'),
      ['manifest.json is not there: start this where the project lies'],
    ],
    ['a manifest that is no JSON', ({ write }) => write('appPackage/manifest.json', '{'), ['manifest.json is no JSON']],
    [
      'a manifest that is a list',
      ({ write }) => write('appPackage/manifest.json', '[]'),
      ['manifest.json must hold an object'],
    ],
    [
      'icons and a translation that are not there',
      ({ remove }) => {
        for (const name of ['color.png', 'outline.png', 'de.json']) remove(`appPackage/${name}`)
      },
      ['color.png', 'outline.png', 'de.json'].map((name) => `${name} is not there: manifest.json names it`),
    ],
    [
      'an icon of the wrong size',
      ({ write, path }) => write('appPackage/color.png', readFileSync(path('appPackage/outline.png'))),
      ['color.png (icons.color) is 32 × 32 pixels: it must be 192 × 192'],
    ],
    [
      'an icon that is no PNG',
      ({ write }) => write('appPackage/outline.png', '<svg xmlns="http://www.w3.org/2000/svg"/>'),
      ['outline.png (icons.outline) is no PNG: save it as one'],
    ],
    [
      'an icon that breaks off',
      ({ write, path }) => write('appPackage/color.png', readFileSync(path('appPackage/color.png')).subarray(0, -4)),
      ['color.png (icons.color) is a PNG that breaks off: save it again'],
    ],
    [
      'a file that lies outside the folder',
      ({ change }) =>
        change('manifest.json', (manifest) => {
          manifest.icons.color = '../color.png'
          manifest.localizationInfo.additionalLanguages[1].file = 'manifest.json'
        }),
      [
        'manifest.json: icons.color must name a file beside it',
        'manifest.json: localizationInfo.additionalLanguages[1].file must name a file beside it',
      ],
    ],
    [
      'a manifest that breaks its schema',
      ({ change }) =>
        change('manifest.json', (manifest) => {
          manifest.accentColor = 'blue'
          manifest.bots[0].commandLists[0].commands.push({ title: 'x', description: 'y' })
        }),
      [/^manifest\.json: .*accentColor must match/, /^manifest\.json: .*commands must NOT have more than 12 items/],
    ],
    [
      'a translation that breaks its schema',
      ({ change }) =>
        change('es.json', (spanish) => {
          spanish['description.short'] = 'x'.repeat(81)
          delete spanish['name.short']
        }),
      [/^es\.json: must have required property 'name\.short'/, /^es\.json: .*must NOT have more than 80 characters/],
    ],
    [
      'a translation of a command that is not in the menu',
      ({ change }) => change('manifest.json', ({ bots: [bot] }) => bot.commandLists[2].commands.pop()),
      ['de.json', 'es.json'].map(
        (name) =>
          `${name}: bots[0].commandLists[2].commands[11].description names nothing in manifest.json: write the menus anew (npm run package -- menus)`,
      ),
    ],
    [
      'a schema that is another than manifestVersion says',
      ({ change }) =>
        change('de.json', (german) => {
          german.$schema = german.$schema.replace('v1.25', 'v1.24')
        }),
      [
        /^de\.json: \$schema must be https:.*\/v1\.25\/MicrosoftTeams\.Localization\.schema\.json, as manifestVersion says$/,
      ],
    ],
    [
      'a manifestVersion whose schema is not on this machine',
      ({ change }) =>
        change('manifest.json', (manifest) => {
          manifest.manifestVersion = '9.9'
          manifest.$schema = manifest.$schema.replace('v1.25', 'v9.9')
          manifest.localizationInfo.additionalLanguages = []
        }),
      [/^manifest\.json: the installed @microsoft\/app-manifest knows no schema of the manifestVersion/],
    ],
  ]
  for (const [what, spoil, expected] of files)
    it(what, () =>
      withProject(async (project) => {
        spoil(project)
        const lines = await refused(project)
        assert.equal(lines.length, expected.length, lines.join('\n'))
        for (const [index, line] of expected.entries())
          if (typeof line === 'string') assert.equal(lines[index], line)
          else assert.match(lines[index] ?? '', line)
      }),
    )

  it('a misuse, with its usage', () =>
    withProject(async ({ run }) => {
      for (const args of [['pack'], ['menus', 'x'], ['menus', '--env', 'dev'], ['--what'], ['--domain']])
        assert.match((await run(args)).err[0] ?? '', /^usage: npm run package -- /)
      assert.deepEqual((await run(['--env', '../x'])).err, [
        '--env takes the name of an environment: letters, digits, - and _',
      ])
      assert.deepEqual((await run([...FILLED, '--out', 'x'])).err, ['--out takes a file that ends in .zip'])
    }))

  it('a place where it cannot write', () =>
    withProject(async (project) => {
      const { code, err } = await project.run([...FILLED, '--out', 'appPackage/manifest.json/a.zip'])
      assert.equal(code, 1)
      assert.match(err.join(), /^appPackage\/manifest\.json\/a\.zip cannot be written \(E\w+\)$/)
    }))

  it('with exit code 1 as a program, and touches no zip that lies there from before', () =>
    withProject(({ root, path, write }) => {
      write(OUT, 'from before')
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--bot-id', BOT], {
        cwd: root,
        env: { PATH: process.env['PATH'] ?? '' },
        encoding: 'utf8',
      })
      assert.deepEqual([status, stdout], [1, ''])
      assert.equal(stderr, 'BOT_DOMAIN is not set: set it or PUBLIC_URL in .env, or give --domain\n')
      assert.equal(readFileSync(path(OUT), 'utf8'), 'from before')
    }))
})
