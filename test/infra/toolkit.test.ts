// Owns what the Microsoft 365 Agents Toolkit is told: every file is there and every placeholder gets a value.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { readBicep } from './bicep.ts'

interface Step {
  readonly uses: string
  readonly with: Readonly<Record<string, unknown>>
  readonly writeToEnvironmentFile?: Readonly<Record<string, string>>
}
const text = readFileSync('m365agents.yml', 'utf8')
const lifecycle = parse(text) as { provision: readonly Step[]; publish: readonly Step[] }
const steps = [...lifecycle.provision, ...lifecycle.publish]
const environments = globSync('env/.env.*').filter((path) => !path.endsWith('.user'))
const namesIn = (path: string): readonly string[] => readFileSync(path, 'utf8').match(/^\w+(?==)/gm) ?? []
const placeholders = (found: string): readonly string[] =>
  [...found.matchAll(/\$\{\{(\w+)\}\}/g)].map(([, name = '']) => name)
const outputs = [...readBicep('infra/main.bicep').outputs.keys()]

describe('m365agents.yml', () => {
  it('makes the app, then the resources, then the package, and registers it', () => {
    assert.deepEqual(
      lifecycle.provision.map(({ uses }) => uses),
      [
        'teamsApp/create',
        'arm/deploy',
        'teamsApp/validateManifest',
        'script',
        'teamsApp/validateAppPackage',
        'teamsApp/update',
      ],
    )
  })

  it('names files that are there', () => {
    const named = steps.flatMap((step) => JSON.stringify(step.with).match(/\.\/[\w./-]+(?=")/g) ?? [])
    const made = named.filter((path) => !path.startsWith('./build/'))
    assert.ok(made.length >= 3)
    for (const path of made) assert.ok(existsSync(path), path)
  })

  it('uses no placeholder that neither an environment file, nor a step before, nor an output fills', () => {
    assert.ok(environments.length > 0)
    for (const path of environments) {
      const known = new Set(namesIn(path))
      for (const step of steps) {
        assert.deepEqual(
          placeholders(JSON.stringify(step.with)).filter((name) => !known.has(name)),
          [],
          `${path}: ${step.uses}`,
        )
        for (const name of Object.values(step.writeToEnvironmentFile ?? {})) known.add(name)
        if (step.uses === 'arm/deploy') for (const name of outputs) known.add(name)
      }
    }
  })

  it('gives the template placeholders that an environment file fills', () => {
    const asked = placeholders(readFileSync('infra/main.parameters.json', 'utf8'))
    assert.ok(asked.includes('RUNBOT_IMAGE'))
    for (const path of environments)
      assert.deepEqual(
        asked.filter((name) => !namesIn(path).includes(name)),
        [],
        path,
      )
  })

  it('has outputs for every placeholder of the manifest that is not the app’s own', () => {
    const asked = new Set(placeholders(readFileSync('appPackage/manifest.json', 'utf8')))
    assert.deepEqual(
      [...asked].filter((name) => name !== 'TEAMS_APP_ID' && !outputs.includes(name)),
      [],
    )
  })

  it('packs with runbot’s own packer, into the file that it then registers', () => {
    const packer = String(steps.find(({ uses }) => uses === 'script')?.with['run'])
    assert.match(packer, /^npm run --silent package -- /)
    const [, out = ''] = /--out (\S+)/.exec(packer) ?? []
    const taken = steps.flatMap((step) =>
      step.with['appPackagePath'] === undefined ? [] : [step.with['appPackagePath']],
    )
    assert.deepEqual([...new Set(taken)], [`./${out}`])
  })

  it('comes with environment files that hold no secret', () => {
    for (const path of environments)
      assert.deepEqual(
        namesIn(path).filter((name) => /SECRET|PASSWORD|KEY$|TOKEN/.test(name)),
        [],
        path,
      )
  })
})

describe('docs/deploy.md', () => {
  const guide = readFileSync('docs/deploy.md', 'utf8')
  const main = readBicep('infra/main.bicep')

  it('speaks only of parameters and outputs that main.bicep has', () => {
    const parameters = [...guide.matchAll(/--parameters[^\n]*?((?: \w+=\S+)+)/g)].flatMap(
      ([, given = '']) => given.match(/\w+(?==)/g) ?? [],
    )
    assert.ok(parameters.includes('image'))
    const known = main.parameters.map(({ name }) => name)
    assert.deepEqual(
      parameters.filter((name) => !known.includes(name)),
      [],
    )
    const asked = [...guide.matchAll(/\$\(output (\w+)\)/g)].map(([, name = '']) => name)
    assert.ok(asked.length > 3)
    assert.deepEqual(
      asked.filter((name) => !outputs.includes(name)),
      [],
    )
  })

  it('links only to files that are there, and runs only commands that exist', () => {
    const links = [...guide.matchAll(/\]\(((?!https?:)[^)#]+)[^)]*\)/g)].map(([, to = '']) => `docs/${to}`)
    for (const to of links) assert.ok(existsSync(to), to)
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }
    const run = [...guide.matchAll(/npm run (?:--silent )?(\w+)/g)].map(([, name = '']) => name)
    assert.deepEqual(
      run.filter((name) => !(name in scripts)),
      [],
    )
  })
})
