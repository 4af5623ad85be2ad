// Owns the form of infra/: files parse, names resolve, modules and their parameters agree, everything is described.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { at, type BicepFile, parseBicep, readBicep } from './bicep.ts'

const paths = globSync('infra/**/*.bicep').map((path) => path.replaceAll('\\', '/'))
const files = paths.map(readBicep)
const main = readBicep('infra/main.bicep')
const fileOf = (path: string): BicepFile => files.find((file) => file.path === path) ?? readBicep(path)

/** What is wrong between a file and the modules that it uses. */
function disagreements(file: BicepFile): readonly string[] {
  return file.modules.flatMap((module) => {
    const { parameters } = fileOf(module.path)
    const given = Object.keys((at(module.body, 'params') ?? {}) as object)
    const unknown = given.filter((name) => !parameters.some((each) => each.name === name))
    const missing = parameters.filter((each) => each.fallback === undefined && !given.includes(each.name))
    return [
      ...unknown.map((name) => `${module.name} has no parameter ${name}`),
      ...missing.map(({ name }) => `${module.name} needs ${name}`),
    ]
  })
}

/** What is read and declared nowhere. */
function unresolved(file: BicepFile): readonly string[] {
  return file.reads.filter((read) => {
    const [, symbol = '', output = ''] = /^(\w+)\.outputs\.(\w+)$/.exec(read) ?? []
    if (symbol === '') return !file.declared.has(read)
    const module = file.modules.find((each) => each.name === symbol)
    return module === undefined || !fileOf(module.path).outputs.has(output)
  })
}

describe('the Bicep files', () => {
  it('are all there', () => {
    assert.ok(paths.length >= 10, 'run from the root of the repository')
    for (const { modules } of files) for (const { path } of modules) assert.ok(existsSync(path), path)
  })

  for (const file of files)
    describe(file.path, () => {
      it('parses without an error node', () => assert.deepEqual(file.errors, []))

      it('describes every parameter with a sentence', () => {
        const bare = file.parameters.filter(
          ({ decorators }) => !/^'[A-Za-z].{8,}\.'$/s.test(decorators.get('description') ?? ''),
        )
        assert.deepEqual(
          bare.map(({ name }) => name),
          [],
        )
      })

      it('reads only names that are declared', () => assert.deepEqual(unresolved(file), []))

      it('uses every parameter and variable', () => {
        const names = [...file.parameters.map(({ name }) => name), ...file.variables.keys()]
        assert.deepEqual(
          names.filter((name) => !file.reads.includes(name)),
          [],
        )
      })

      it('gives its modules what they ask for and nothing else', () => assert.deepEqual(disagreements(file), []))

      it('uses versions that are no preview', () => {
        // Microsoft never released a version of this type that is none.
        const versions = file.resources.filter(({ type }) => type !== 'Microsoft.Insights/diagnosticSettings')
        for (const { type, version } of versions) assert.match(version, /^\d{4}-\d{2}-\d{2}$/, type)
      })
    })

  it('use every module from main.bicep', () => {
    const used = main.modules.map(({ path }) => path)
    assert.deepEqual(
      paths.filter((path) => path !== main.path && !used.includes(path)),
      [],
    )
  })

  it('hold parameters that need no number of their own to be safe', () => {
    const bounded = main.parameters.filter(({ type }) => type === 'int')
    for (const { name, decorators } of bounded) assert.ok(decorators.has('minValue'), name)
  })
})

describe('the parameter files', () => {
  const required = main.parameters.filter(({ fallback }) => fallback === undefined).map(({ name }) => name)
  const known = main.parameters.map(({ name }) => name)

  it('name parameters of main.bicep, and all that have no default (main.bicepparam)', () => {
    const text = readFileSync('infra/main.bicepparam', 'utf8')
    assert.match(text, /^using '\.\/main\.bicep'$/m)
    // The grammar knows no parameter files; but for the keyword their lines are variables.
    const read = parseBicep('main.bicepparam', text.replace(/^using .*$/m, '').replace(/^param /gm, 'var '))
    assert.deepEqual(read.errors, [])
    const given = [...read.variables.keys()]
    assert.deepEqual(
      given.filter((name) => !known.includes(name)),
      [],
    )
    assert.deepEqual(
      required.filter((name) => !given.includes(name)),
      [],
    )
  })

  it('name parameters of main.bicep, and all that have no default (main.parameters.json)', () => {
    const given = Object.keys(
      (JSON.parse(readFileSync('infra/main.parameters.json', 'utf8')) as { parameters: object }).parameters,
    )
    assert.deepEqual(
      given.filter((name) => !known.includes(name)),
      [],
    )
    assert.deepEqual(
      required.filter((name) => !given.includes(name)),
      [],
    )
  })
})

describe('the reading of Bicep files', () => {
  const wrong = (text: string) => parseBicep('infra/example.bicep', text)

  it('finds what the grammar does not know', () => {
    assert.notDeepEqual(wrong("param a string =\nresource x 'T@1' = {").errors, [])
  })

  it('finds a name that nothing declares, also inside a text, and not the names of a loop', () => {
    const text =
      "param a array\noutput o string = '${b}'\nvar c = [for (d, i) in a: { x: d, y: i, z: e }]\nvar f = map(a, g => g.h)"
    assert.deepEqual(unresolved(wrong(text)), ['b', 'e'])
  })

  it('finds an output that its module does not have', () => {
    const text = "module m 'modules/identity.bicep' = { params: {} }\noutput o string = m.outputs.password"
    assert.deepEqual(unresolved(wrong(text)), ['m.outputs.password'])
  })

  it('finds a parameter too many and one too few', () => {
    const text = "module m 'modules/identity.bicep' = { params: { name: 'a', location: 'b', colour: 'c' } }"
    assert.deepEqual(disagreements(wrong(text)), ['m has no parameter colour', 'm needs tags'])
  })
})
