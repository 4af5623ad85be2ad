// Owns the specification of how a secret looks: what is taken for one, what is not, and that no text makes that slow.
import assert from 'node:assert/strict'
import { isSecretName, secretLooks } from '../../../src/adapters/wire/secrets.ts'

/** The text with everything that was found left out; what is left is what stays readable. */
function rest(text: string): string {
  const found = secretLooks(text)
  return [...text].filter((_, index) => !found.some(([from, to]) => index >= from && index < to)).join('')
}

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'
const pem = (kind: string, body: string) => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----`

describe('the look of a secret', () => {
  const found: readonly (readonly [what: string, text: string, left: string])[] = [
    ['a private key', `a ${pem('RSA PRIVATE KEY', 'MIIEow\nIBAAKC')} b`, 'a  b'],
    ['a private key whose end was cut off', 'a -----BEGIN PRIVATE KEY-----\nMIIEow', 'a '],
    ['a PGP private key', `${pem('PGP PRIVATE KEY BLOCK', 'xcFG')}.`, '.'],
    [
      'a private key in lines of a log',
      '1 -----BEGIN EC PRIVATE KEY-----\n1 MHc\n1 -----END EC PRIVATE KEY-----\n2',
      '1 \n2',
    ],
    [
      'an authorization header',
      '> Authorization: Basic dXNlcjpwYXNz\n> Accept: */*',
      '> Authorization: \n> Accept: */*',
    ],
    ['one in code', `curl -H 'authorization: Bearer abc' https://x`, `curl -H 'authorization: ' https://x`],
    ['one in JSON', '{"Authorization":"token abc","a":1}', '{"Authorization":"","a":1}'],
    ['a cookie', 'Set-Cookie: SID=31d4d96e407aad42; Path=/', 'Set-Cookie: '],
    ['a header with a key', 'X-Rundeck-Auth-Token: E4rNvVRV378knO9dp3d73O0cs1kd0kCd', 'X-Rundeck-Auth-Token: '],
    ['a JWT', `got ${jwt}, expired`, 'got , expired'],
    ['an AWS key id', 'using AKIAIOSFODNN7EXAMPLE.', 'using .'],
    ['an AWS secret', 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'AWS_SECRET_ACCESS_KEY='],
    ['a GitHub token', `ghp_${'a1B2'.repeat(9)} github_pat_${'a'.repeat(30)}`, ' '],
    ['a Slack token', 'xoxb-123456789012-abcdefABCDEF xapp-1-A0-123-abc', ' '],
    ['a webhook secret', 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=', ''],
    ['a password in a URL', 'postgres://app:hunter2@db.corp.example/shop', 'postgres://app:@db.corp.example/shop'],
    ['an Azure connection string', 'AccountName=a;AccountKey=Zm9vYmFyYmF6cXV4MTIzNA==;', 'AccountName=a;AccountKey=;'],
    [
      'JSON within a text',
      'sent {"user": "a", "password" : "hun\\"ter2", "n": 1}',
      'sent {"user": "a", "password" : "", "n": 1}',
    ],
    ['JSON that was cut off', '{"client_secret":"abcdef', '{"client_secret":"'],
    ['what Python prints', `{'user': 'a', 'api_key': 'abc'}`, `{'user': 'a', 'api_key': ''}`],
  ]
  for (const [what, text, left] of found) it(`is found: ${what}`, () => assert.equal(rest(text), left))

  const ordinary = [
    'The pool DefaultAppPool was recycled in 2.4 s.',
    pem('CERTIFICATE', 'MIIDdz'),
    'Authorization failed for corp\\omar',
    'https://shop.example.com:8443/health?user=a@b',
    'commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
    '{"token_type":"bearer","passwordAge":"3 days","author":"Maya"}',
    'R0123456789-0123456789ab0123456789ab',
    'eyJ is how a JWT begins',
  ]
  for (const text of ordinary)
    it(`is not seen in: ${text.slice(0, 50).replaceAll('\n', ' ')}`, () => assert.equal(rest(text), text))

  // Repeated, each would make a pattern that reads on from every place read the text again and again.
  const hostile = [
    'eyJ-',
    'eyJaaaaaaaa.aaaa.',
    '-----BEGIN RSA PRIVATE KEY-----',
    'authorization: "',
    'x-',
    'a:',
    '"',
    '"a":"\\"',
  ]
  for (const part of [...hostile, 'http://a', 'aws_secret_access_key=', 'xoxb-', 'whsec_', "'a': '", 'AccountKey='])
    it(`is looked for in a megabyte of ${part} without reading it over and over`, () => {
      const text = part.repeat(1_048_576 / part.length)
      // Read again from every place it would take hours, and the test would not end.
      assert.ok(secretLooks(`${text}\nAKIAIOSFODNN7EXAMPLE`).length > 0)
    })
})

describe('the name of a secret', () => {
  const secret =
    'password Passwd dbPassword PASSWORD_2 passwords secret clientSecret client-secret token accessToken tokens'
  const more =
    'x-api-key apiKey API_KEY APIKEY pwd db_pwd aws_secret_access_key privateKey credentials Authorization cookie'
  for (const name of `${secret} ${more}`.split(' ')) it(`is ${name}`, () => assert.ok(isSecretName(name)))

  const other =
    'token_type passwordAge secretName state key keys monkey author tokenCount status cwd apiVersion publicKey host'
  for (const name of [...other.split(' '), '', '•', '_'.repeat(100_000)])
    it(`is not ${name.slice(0, 20) || 'empty'}`, () => assert.ok(!isSecretName(name)))
})
