// Owns the specification of `tls` in connectors.yaml: its files are read and checked when they are loaded.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createAuthority } from '../../sandbox/certificates.ts'
import { CONNECTORS, changed, problemsOf, testFolder } from './folder.ts'

const authority = createAuthority()
const own = authority.issue({ hosts: [] })
const other = authority.issue({ hosts: [] })
const auth = 'auth: { bearer: "${env:OPS_TOKEN}" }'
const withTls = (tls: string) => changed(CONNECTORS, auth, `${auth}\n    tls: ${tls}`)
const env = { OPS_TOKEN: 'a', KEY: own.key }

describe('tls in connectors.yaml', () => {
  const settings = (tls: string, files: Record<string, string>, environment: Record<string, string> = env) => {
    const folder = testFolder({ 'connectors.yaml': withTls(tls), ...files })
    const loaded = folder.load({ env: environment })
    folder.remove()
    assert.ok(loaded.ok, JSON.stringify(loaded))
    return loaded.content
  }

  it('is nothing where nothing is said', () => {
    const folder = testFolder()
    const loaded = folder.load()
    folder.remove()
    assert.ok(loaded.ok)
    assert.equal(loaded.content.systems['ops']?.tls, null)
  })

  it('reads an authority from a file beside it, which counts for the version of the files', () => {
    const [one, two] = [createAuthority().ca, createAuthority().ca]
    const first = settings('{ ca: certificates/corp.pem }', { 'certificates/corp.pem': one })
    const both = settings('{ ca: certificates/corp.pem }', { 'certificates/corp.pem': `# corp\n${one}${two}` })
    assert.deepEqual(first.systems['ops']?.tls, { ca: one })
    assert.notEqual(first.version, both.version)
  })

  it('takes a key from the environment: the PEM, the same on one line, or the path of a file', () => {
    const files = { 'own.pem': own.cert }
    const tls = '{ cert: own.pem, key: "${env:KEY}" }'
    const wanted = { cert: own.cert, key: own.key }
    assert.deepEqual(settings(tls, files).systems['ops']?.tls, wanted)
    const line = { ...env, KEY: own.key.replaceAll('\n', '\\n') }
    assert.deepEqual(settings(tls, files, line).systems['ops']?.tls, wanted)
    const keys = testFolder({ 'own.key': own.key })
    const named = settings(tls, files, { ...env, KEY: join(keys.dir, 'own.key') })
    keys.remove()
    assert.deepEqual(named.systems['ops']?.tls, wanted)
  })

  it('keeps the key among the secrets', () => {
    const { secrets, catalog, governance } = settings('{ cert: own.pem, key: "${env:KEY}" }', { 'own.pem': own.cert })
    assert.ok(secrets.includes(own.key))
    assert.ok(!JSON.stringify([[...catalog.operations], [...catalog.runbooks], governance]).includes('PRIVATE KEY'))
  })

  const wrong: readonly (readonly [
    what: string,
    tls: string,
    files: Record<string, string>,
    said: string,
    key?: string,
  ])[] = [
    ['a file that is not there', '{ ca: ca.pem }', {}, '10:16 there is no such file'],
    ['a file elsewhere', '{ ca: ../ca.pem }', {}, '10:16 the file must lie in the runbooks folder'],
    [
      'a file without a certificate',
      '{ ca: ca.pem }',
      { 'ca.pem': own.key },
      '10:16 the file holds no certificate in PEM, or one that cannot be read',
    ],
    [
      'a certificate that is broken',
      '{ ca: ca.pem }',
      { 'ca.pem': authority.ca + authority.ca.replace(/MII.{20}/, 'AAAA') },
      '10:16 the file holds no certificate in PEM, or one that cannot be read',
    ],
    [
      'a certificate without its key',
      '{ cert: own.pem }',
      { 'own.pem': own.cert },
      '10:10 expected cert and key, or neither: who shows a certificate needs its key',
    ],
    [
      'the key of another certificate',
      '{ cert: own.pem, key: "${env:KEY}" }',
      { 'own.pem': own.cert },
      '10:32 the key is not that of tls.cert',
      other.key,
    ],
    [
      'a key that is none',
      '{ cert: own.pem, key: "${env:KEY}" }',
      { 'own.pem': own.cert },
      '10:32 expected a private key in PEM, or the path of a file that holds one',
      'hunter2',
    ],
    [
      'a key that was cut',
      '{ cert: own.pem, key: "${env:KEY}" }',
      { 'own.pem': own.cert },
      '10:32 expected a private key in PEM, or the path of a file that holds one',
      own.key.slice(0, 80),
    ],
  ]
  for (const [what, tls, files, said, key = own.key] of wrong)
    it(`refuses ${what}`, () => {
      const problems = problemsOf({ 'connectors.yaml': withTls(tls), ...files }, { env: { OPS_TOKEN: 'a', KEY: key } })
      assert.deepEqual(problems, [`connectors.yaml:${said}`])
    })

  it('is for https', () => {
    const text = changed(withTls('{ ca: ca.pem }'), 'https://ops.example.com/', 'http://ops.example.com/')
    const problems = problemsOf({ 'connectors.yaml': text, 'ca.pem': authority.ca })
    assert.deepEqual(problems, ['connectors.yaml:10:10 "tls" is for a system that is reached by https'])
  })

  it('can be checked where the key is not set', () => {
    const folder = testFolder({
      'connectors.yaml': withTls('{ cert: own.pem, key: "${env:KEY}" }'),
      'own.pem': own.cert,
    })
    const loaded = folder.load({ env: { OPS_TOKEN: 'a' }, unset: 'warning' })
    folder.remove()
    assert.ok(loaded.ok)
    assert.match(JSON.stringify(loaded.content.warnings), /KEY is not set/)
  })
})
