// Owns the specs of what a running installation cannot be made to show: time limits, disks, and tokens of all kinds.
import assert from 'node:assert/strict'
import { skewFinding } from '../../../src/cli/doctor/clocks.ts'
import { claimsOf, refused } from '../../../src/cli/doctor/entra.ts'
import { examine } from '../../../src/cli/doctor/examine.ts'
import { failed, ok, type State } from '../../../src/cli/doctor/finding.ts'
import { lineOf, masked } from '../../../src/cli/doctor/report.ts'
import { diskKind, room } from '../../../src/cli/doctor/store.ts'
import { PortError } from '../../../src/ports/errors.ts'

describe('the looks of the doctor', () => {
  it('waits for no check longer than its time, and has the others’ findings in their order', async () => {
    const never = new Promise<never>(() => undefined)
    const findings = await examine(
      [
        { name: 'slow', look: () => never },
        { name: 'quick', look: async () => [ok('quick', 'it is there')] },
      ],
      1,
    )
    assert.deepEqual(
      findings.map(({ check, state }) => [check, state]),
      [
        ['slow', 'FAILED'],
        ['quick', 'ok'],
      ],
    )
    assert.match(findings[0]?.says ?? '', /did not end within/)
  })

  it('lets no check stop another, whatever it throws', async () => {
    const findings = await examine([
      { name: 'adapter', look: () => Promise.reject(new PortError('denied', 'it may not')) },
      { name: 'bug', look: () => Promise.reject(new TypeError('undefined is not a function')) },
      { name: 'well', look: async () => [ok('well', 'fine')] },
    ])
    assert.deepEqual(
      findings.map(({ state }) => state),
      ['FAILED', 'FAILED', 'ok'],
    )
    assert.match(findings[1]?.mend ?? '', /a bug of runbot/)
  })

  const disks: readonly [what: string, type: number, state: State][] = [
    ['ext4', 0xef53, 'ok'],
    ['NFS', 0x6969, 'FAILED'],
    ['CIFS', 0xff534d42, 'FAILED'],
    ['CIFS where the number is signed', 0xff534d42 | 0, 'FAILED'],
  ]
  for (const [what, type, state] of disks)
    it(`says of a store on ${what}: ${state}`, () => assert.equal(diskKind(type).state, state))

  it('warns below a gibibyte and fails below a tenth of it', () => {
    const states = [2048, 1023, 99].map((mebibytes) => room(mebibytes * 1024 * 1024).state)
    assert.deepEqual(states, ['ok', 'warn', 'FAILED'])
  })

  it('allows a clock half a minute, and says nothing where there is no date', () => {
    const at = Date.UTC(2026, 0, 1)
    const state = (seconds: number) => skewFinding('clock', new Date(at + seconds * 1000).toUTCString(), at, at).state
    assert.deepEqual([0, 29, -29, 31, -31, 119, 121, -121].map(state), [
      'ok',
      'ok',
      'ok',
      'warn',
      'warn',
      'warn',
      'FAILED',
      'FAILED',
    ])
    assert.equal(skewFinding('clock', undefined, at, at).state, 'skipped')
  })

  it('reads the roles of a token, and takes anything else for no answer', () => {
    const token = (claims: string) => `Bearer e30.${Buffer.from(claims).toString('base64url')}.sig`
    assert.deepEqual(claimsOf(token('{"roles":["User.Read.All"]}')), { roles: ['User.Read.All'] })
    assert.deepEqual(claimsOf(token('{}')), { roles: [] })
    for (const none of ['Bearer opaque', token('nonsense'), token('{"roles":7}')])
      assert.equal(claimsOf(none), undefined)
  })

  it('names the page of an AADSTS number that it does not know', () => {
    assert.match(refused('bot', 'refused: AADSTS50034', 'X').mend ?? '', /error\?code=50034$/)
  })

  it('prints no secret and no terminal command, whatever an answer holds', () => {
    const [finding] = masked([failed('x', 'said \u001b[31m s3cr3t-value-1', 'use s3cr3t-value-1')], ['s3cr3t-value-1'])
    assert(finding)
    for (const hidden of ['s3cr3t', '\u001b']) assert(!lineOf(finding).includes(hidden))
  })
})
