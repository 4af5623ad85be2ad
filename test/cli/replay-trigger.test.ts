// Owns the proof of what history can tell of a declared trigger, and of the times and states of its rows.
import assert from 'node:assert/strict'
import { instantOf, mapOf, stateOf } from '../../src/cli/replay/columns.ts'
import { triggerFits } from '../../src/cli/replay/trigger.ts'

describe('the trigger over a row of history', () => {
  const row = { active: 'TRUE', priority: '2 - High', state: 'In Progress', group: 'Web L2', note: '' }
  const cases: readonly (readonly [query: string, fits: boolean | null])[] = [
    ['', true],
    ['active=true', true],
    ['active=true^priority<=2', true],
    ['priority<2', false],
    ['priority=2^EQ', true],
    ['priorityIN1,2', true],
    ['priorityNOT IN1,2', false],
    ['groupSTARTSWITHweb', true],
    ['groupLIKEL3^ORgroupLIKEL2', true],
    ['groupLIKEL3^ORgroupENDSWITHL1', false],
    ['noteISEMPTY^groupISNOTEMPTY', true],
    ['group!=Web L2', false],
    // What history calls `In Progress` may be a 2 or not: it does not say.
    ['stateIN1,2', null],
    ['active=true^u_candidate=true', null],
    ['active=false^u_candidate=true', false],
    ['active=true^ORu_candidate=true', true],
    ['sys_created_onONToday@javascript:gs.beginningOfToday()', null],
  ]
  for (const [query, fits] of cases)
    it(`${query || 'nothing'}: ${fits === null ? 'cannot be told' : fits ? 'fits' : 'does not fit'}`, () =>
      assert.equal(triggerFits(query)(row), fits))
})

describe('the columns of history', () => {
  it('have times that mean one moment only', () => {
    const at = Date.UTC(2016, 1, 29, 1, 23)
    for (const text of [
      '29-02-2016 01:23',
      '2016-02-29 01:23:00',
      '2016-02-29T01:23Z',
      '2016-02-29T02:23:00+01:00',
      ' 29.02.2016 01:23 ',
    ])
      assert.equal(instantOf(text), at, text)
    for (const text of [
      '',
      '02/29/2016 01:23',
      '30-02-2016 01:23',
      '2016-02-30',
      '1456708980',
      'now',
      '2016-02-29 25:00',
    ])
      assert.equal(instantOf(text), undefined, text)
  })
  it('have states by value or by name, and others are not over', () => {
    const states = [
      '1',
      'New',
      'Active',
      'Awaiting User Info',
      'Resolved',
      '7',
      'Closed Complete',
      'Canceled',
      'On fire',
    ]
    assert.deepEqual(states.map(stateOf), [
      'new',
      'new',
      'inProgress',
      'onHold',
      'resolved',
      'closed',
      'closed',
      'canceled',
      'other',
    ])
  })
  it('are mapped by names of facts alone', () => {
    assert.deepEqual(
      [...mapOf(['site=u_site', 'ci.environment=u_env'])],
      [
        ['site', 'u_site'],
        ['ci.environment', 'u_env'],
      ],
    )
    for (const pair of ['site', '=x', 'site=', '__proto__=x', 'ci.=x', 'A B=c'])
      assert.throws(() => mapOf([pair]), /is not name=column/, pair)
  })
})
