// Owns the specs of a rule as a phrase: whose word is wanted, and what is missing of it (P12).
import assert from 'node:assert/strict'
import { stillMissing, whoseWord } from '../../../src/app/views/rule-words.ts'
import type { ApprovalRule } from '../../../src/core/governance.ts'
import { approval, ask, at, plan } from '../../cards/fixtures.ts'

const minute = 60_000

const rule = (lines: ApprovalRule['lines'], not: ApprovalRule['not'] = []): ApprovalRule => ({
  name: 'rule',
  lines,
  expiresMs: 30 * minute,
  not,
})
const given = (groups: readonly string[]) => ({ ...approval('Ana Ruiz'), scope: 'run', plan, groups, at })
const missing = (of: ApprovalRule, groups: readonly string[], authors: readonly string[] | null = []) =>
  stillMissing({ approvals: [given(groups)] }, { ...ask(), rule: of }, 'web-platform', { authors })

describe('a rule as a phrase', () => {
  it('names each line, the owner by name, and who stands in once it is time', () => {
    const of = rule([
      { from: ['owner'], quorum: 1, substitute: { from: ['on-call'], afterMs: 15 * minute } },
      { from: ['cab'], quorum: 2 },
    ])
    assert.equal(whoseWord(of, 'web-platform', 14 * minute), 'one of web-platform and 2 of cab')
    assert.equal(whoseWord(of, 'web-platform', 15 * minute), 'one of web-platform, on-call and 2 of cab')
  })

  it('says what is missing, and takes no other group for the owner', () => {
    const of = rule([
      { from: ['cab'], quorum: 1 },
      { from: ['owner', 'db-owner'], quorum: 1 },
    ])
    assert.equal(missing(of, ['cab']), '1 of web-platform or db-owner')
    assert.equal(missing(rule([{ from: ['owner'], quorum: 1 }]), ['owner']), '')
  })

  it('says that another person is wanted where nobody knows the author (P10, P12)', () => {
    const of = rule([{ from: ['owner'], quorum: 1 }], ['author'])
    assert.equal(missing(of, ['owner'], null), "1 more person, because the runbook's author is not known")
    assert.equal(missing(of, ['owner'], ['somebody']), '')
  })
})
