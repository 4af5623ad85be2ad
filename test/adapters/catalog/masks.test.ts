// Owns the specification of what connectors.yaml says of secrets and callbacks, and of runbooks that write a secret down.
import assert from 'node:assert/strict'
import { CONNECTORS, changed, problemsOf, RUNBOOK, testFolder } from './folder.ts'

const whsec = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`
const auth = 'auth: { bearer: "${env:OPS_TOKEN}" }'
const withLine = (line: string) => changed(CONNECTORS, auth, `${auth}\n    ${line}`)

function contentOf(connectors: string, env: Record<string, string> = {}, runbook = RUNBOOK) {
  const folder = testFolder({ 'connectors.yaml': connectors, 'catalog/mend-it.yaml': runbook })
  const loaded = folder.load({ env: { OPS_TOKEN: 'token-that-is-secret', ...env } })
  folder.remove()
  assert.ok(loaded.ok, JSON.stringify(loaded))
  return loaded.content
}
const warningsOf = (...given: Parameters<typeof contentOf>) =>
  contentOf(...given).warnings.map((warning) => {
    const { file, line, column, message } = warning as { file: string; line: number; column: number; message: string }
    return `${file}:${line}:${column} ${message}`
  })

describe('callbacks in connectors.yaml', () => {
  it('are proven by secrets and by tokens, several of each while they rotate', () => {
    const text = withLine('callbackSecret: "${env:SECRETS}"\n    callbackToken: "${env:TOKENS}"')
    const env = { SECRETS: `${whsec(1)} ${whsec(2)}`, TOKENS: 'awx-callback-token-1  awx-callback-token-2' }
    const { callbackSecrets, callbackTokens } = contentOf(text, env).systems['ops'] ?? assert.fail()
    assert.deepEqual(callbackSecrets, [whsec(1), whsec(2)])
    assert.deepEqual(callbackTokens, ['awx-callback-token-1', 'awx-callback-token-2'])
  })

  it('are closed where nothing is said', () => {
    const { callbackSecrets, callbackTokens } = contentOf(CONNECTORS).systems['ops'] ?? assert.fail()
    assert.deepEqual([callbackSecrets, callbackTokens], [[], []])
  })

  it('need a token that cannot be guessed', () => {
    const env = { OPS_TOKEN: 'a', T: 'long-enough-for-that short' }
    const problems = problemsOf({ 'connectors.yaml': withLine('callbackToken: "${env:T}"') }, { env })
    assert.deepEqual(problems, ['connectors.yaml:10:20 expected at least 16 characters, with spaces between several'])
  })

  it('with a secret that cannot be one are a warning, and that secret opens nothing', () => {
    const text = withLine('callbackSecret: "${env:S}"')
    for (const wrong of ['hunter2', 'whsec_', 'whsec_c2hvcnQ=', `${whsec(1)}=`]) {
      const content = contentOf(text, { S: `${wrong} ${whsec(1)}` })
      assert.deepEqual(content.systems['ops']?.callbackSecrets, [whsec(1)])
      assert.match(JSON.stringify(content.warnings), /callbacks cannot be verified/)
      assert.doesNotMatch(JSON.stringify(content.warnings), /hunter2|c2hvcnQ|AQEB/)
    }
  })
})

describe('secrets that connectors.yaml holds', () => {
  it('are all named for whoever keeps them out of something, and stand in no other part than their own', () => {
    const pagers = 'pagers: { duty: { kind: pagerduty, routingKey: "${env:PAGE}" } }'
    const inbound = `inbound:
  alertmanager: { bearer: "\${env:ALERT}" }
  grafana: { hmac: "\${env:GRAFANA}", header: X-Signature, basic: ["me", "\${env:BASIC}"] }
  pagerduty: { secrets: ["\${env:PD}"] }
  azure-monitor: { token: "\${env:AZURE}" }`
    const text = changed(
      withLine('callbackSecret: "${env:S}"\n    callbackToken: "${env:T}"'),
      'systems:',
      `${pagers}\n${inbound}\nsystems:`,
    )
    const env = { PAGE: 'page', ALERT: 'alert', GRAFANA: 'graf', BASIC: 'pw', PD: 'pd', AZURE: 'az', S: whsec(3) }
    const { secrets } = contentOf(text, { ...env, T: 'token-of-callbacks' })
    const wanted = ['token-that-is-secret', whsec(3), whsec(3).slice(6), 'token-of-callbacks', 'page', 'alert']
    assert.deepEqual(secrets, [...wanted, 'graf', 'pw', 'me:pw', 'pd', 'az'])
  })
})

describe('mask in connectors.yaml', () => {
  const withMask = (mask: string) => changed(CONNECTORS, 'systems:', `mask: ${mask}\nsystems:`)

  it('declares patterns of which the group is masked, else the whole', () => {
    const { masks } = contentOf(withMask(`['password=(\\S+)', 'PIN \\d{4}']`))
    const text = 'password=abc PIN 1234'
    assert.deepEqual(
      masks.map((find) => find(text).map(([from, to]) => text.slice(from, to))),
      [['abc'], ['PIN 1234']],
    )
  })

  it('is read as RE2, and its mistakes are named with their place', () => {
    assert.deepEqual(problemsOf({ 'connectors.yaml': withMask(`['a', '(?=b)', '(']`) }), [
      'connectors.yaml:5:13 this is not an RE2 pattern: invalid or unsupported Perl syntax: `(?=`',
      'connectors.yaml:5:22 this is not an RE2 pattern: missing closing ): `(`',
    ])
    const many = `[${Array.from({ length: 21 }, (_, index) => `a${index}`).join(', ')}]`
    assert.deepEqual(problemsOf({ 'connectors.yaml': withMask(many) }), [
      'connectors.yaml:5:7 expected at most 20 patterns',
    ])
  })
})

describe('a runbook that writes a secret down', () => {
  const host = 'action: { do: ops.mend, with: { host: "${target}"'
  const runbookWith = (more: string) => changed(RUNBOOK, host, `${host}, ${more}`)
  const why =
    'what "with" holds is shown on the card and kept in the run log; credentials belong to auth in connectors.yaml'

  it('is warned of, by the name and by the look', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'
    assert.deepEqual(
      warningsOf(CONNECTORS, {}, runbookWith('password: "${parameters.pool}", a: { b: [x, "AKIAIOSFODNN7EXAMPLE"] }')),
      [
        `catalog/mend-it.yaml:11:66 "password" is named like a secret: ${why}`,
        `catalog/mend-it.yaml:11:100 this looks like a secret: ${why}`,
      ],
    )
    const found = warningsOf(CONNECTORS, {}, runbookWith(`note: "use ${jwt}"`))
    assert.deepEqual(found, [`catalog/mend-it.yaml:11:62 this looks like a secret: ${why}`])
    assert.ok(!found.join().includes('eyJ'))
  })

  it('is not seen where nothing looks like one', () => {
    assert.deepEqual(warningsOf(CONNECTORS, {}, runbookWith('note: "the pool", count: 5')), [])
  })
})
