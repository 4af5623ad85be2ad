// Owns the proof of what each command reads like, and of what a person is told when a line is none (P12).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { commandList, usageOf } from '../../../src/app/chat/command-list.ts'
import { parseCommand } from '../../../src/app/chat/parse.ts'
import type { ChatCommand } from '../../../src/core/commands.ts'

const known = { runbooks: ['restart-iis', 'restart-vpn-client', 'Clear-Disk'] }
const read = (text: string): ChatCommand => {
  const parsed = parseCommand(text, known)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
  return parsed.command
}
const refused = (text: string): { reason: string; suggestion: string | null } => {
  const parsed = parseCommand(text, known)
  assert.ok(!parsed.ok, `${text} was read as ${JSON.stringify(parsed)}`)
  return parsed
}

describe('a chat line', () => {
  it('reads a run with everything that it may carry', () => {
    assert.deepEqual(read('run restart-iis web-01 web-02 pool=Shop for INC0010001 because "5xx spike"'), {
      do: 'run',
      subject: 'restart-iis',
      targets: ['web-01', 'web-02'],
      parameters: { pool: 'Shop' },
      incident: 'INC0010001',
      because: '5xx spike',
    })
  })

  it('reads a plan of an incident as well as of a runbook', () => {
    assert.deepEqual(read('plan inc0010001'), {
      do: 'plan',
      subject: 'INC0010001',
      targets: [],
      parameters: {},
      incident: null,
      because: '',
    })
    assert.equal((read('plan CLEAR-DISK') as { subject: string }).subject, 'Clear-Disk')
  })

  const plain: readonly (readonly [string, ChatCommand])[] = [
    ['help', { do: 'help' }],
    ['HELP me', { do: 'help' }],
    ['whoami', { do: 'whoami' }],
    ['runbooks', { do: 'runbooks', words: [] }],
    ['runbooks vpn client', { do: 'runbooks', words: ['vpn', 'client'] }],
    ['status', { do: 'status', subject: null }],
    ['Status inc0010001', { do: 'status', subject: 'INC0010001' }],
    ['status r-7F3a', { do: 'status', subject: 'r-7F3a' }],
    ['explain r-1', { do: 'explain', subject: 'r-1' }],
    ['explain', { do: 'explain', subject: null }],
    ['explain governance', { do: 'explain', subject: null }],
    ['breakglass r-1 because "nobody answers"', { do: 'breakglass', run: 'r-1', because: 'nobody answers' }],
    ['sign print-night', { do: 'sign', exception: 'print-night' }],
    ['unsign print-night', { do: 'unsign', exception: 'print-night' }],
    ['autonomy default', { do: 'autonomy', level: 'default', runbook: null, environment: null, because: '' }],
    ['stop r-1', { do: 'stop', run: 'r-1', because: '' }],
    ['stop r-1 because wrong host', { do: 'stop', run: 'r-1', because: 'wrong host' }],
    ['rollback r-1 because “still slow”', { do: 'rollback', run: 'r-1', because: 'still slow' }],
    ['takeover r-1', { do: 'takeover', run: 'r-1', because: '' }],
    ['audit r-1', { do: 'audit', run: 'r-1', because: '' }],
    ['freeze because "release night"', { do: 'freeze', scope: null, because: 'release night' }],
    ['freeze everything because x', { do: 'freeze', scope: null, because: 'x' }],
    ['freeze ENV:prod because x', { do: 'freeze', scope: 'env:prod', because: 'x' }],
    ['freeze service:"Web Shop" because x', { do: 'freeze', scope: 'service:Web Shop', because: 'x' }],
    ['unfreeze', { do: 'unfreeze', scope: null, because: '' }],
    ['unfreeze runbook:gone', { do: 'unfreeze', scope: 'runbook:gone', because: '' }],
    ['autonomy shadow', { do: 'autonomy', level: 'shadow', runbook: null, environment: null, because: '' }],
    [
      'autonomy AUTO restart-iis',
      { do: 'autonomy', level: 'auto', runbook: 'restart-iis', environment: null, because: '' },
    ],
    ['autonomy auto prod', { do: 'autonomy', level: 'auto', runbook: null, environment: 'prod', because: '' }],
    [
      'autonomy auto restart-iis prod',
      { do: 'autonomy', level: 'auto', runbook: 'restart-iis', environment: 'prod', because: '' },
    ],
    ['watch Web Platform L2', { do: 'watch', subject: 'Web Platform L2' }],
    ['watch for = because', { do: 'watch', subject: 'for = because' }],
    ['unwatch', { do: 'unwatch', subject: null }],
    ['report', { do: 'report', period: null }],
    ['report 7D', { do: 'report', period: '7d' }],
  ]
  for (const [text, command] of plain) it(`reads \`${text}\``, () => assert.deepEqual(read(text), command))

  const reasons: readonly (readonly [string, RegExp, string | null])[] = [
    ['', /did not say/, 'help'],
    ['stauts', /no command/, 'status'],
    ['rum restart-iis', /no command/, 'run'],
    ['supercalifragilistic', /no command/, null],
    ['restart-iis web-01', /is a runbook/, 'run restart-iis'],
    ['INC0010001', /is an incident/, 'status INC0010001'],
    ['approve r-1', /on the card/, 'status'],
    ['run', /needs a runbook/, null],
    ['run restrat-iis web-01', /no runbook/, 'restart-iis'],
    ['run restart-v', /no runbook/, 'restart-vpn-client'],
    ['run INC0010001', /needs a runbook/, 'plan INC0010001'],
    ['plan INC0010001 for INC0010002', /Two incidents/, null],
    ['run restart-iis for INC0010001 for INC0010002', /Two incidents/, null],
    ['run restart-iis for CHG0010001', /needs an incident number/, null],
    ['run restart-iis becuase slow', /do not know/, 'because'],
    ['run restart-iis because', /No reason/, null],
    ['run restart-iis because ""', /reason is empty/, null],
    ['run restart-iis ""', /target is empty/, null],
    ['run restart-iis pool=a pool=b', /given twice/, null],
    ['run restart-iis =b', /cannot be a parameter/, null],
    ['breakglass', /needs a run/, null],
    ['breakglass r-1', /takes a reason/, null],
    ['sign', /needs the name/, null],
    ['status r-1 r-2', /what `r-2` is for/, null],
    ['stop', /needs a run/, null],
    ['freeze', /needs its reason/, null],
    ['freeze env:prod release night', /stands behind `because`/, null],
    ['freeze prod because x', /no scope/, null],
    ['freeze evn:prod because x', /no scope/, 'env:prod'],
    ['freeze runbook:restart-isi because x', /no runbook/, 'runbook:restart-iis'],
    ['autonomy', /needs a level/, null],
    ['autonomy shadwo', /no level/, 'shadow'],
    ['autonomy auto restart-isi', /no runbook/, 'restart-iis'],
    ['watch', /needs a group/, null],
    ['report soon', /such as/, null],
  ]
  for (const [text, reason, suggestion] of reasons)
    it(`says of \`${text}\` why it is none and what would be (P12)`, () => {
      const answer = refused(text)
      assert.match(answer.reason, reason)
      assert.equal(answer.suggestion, suggestion)
    })

  it('reads the usage line of every command in the list as that command or as one that lacks a value', () => {
    for (const line of commandList) {
      const parsed = parseCommand(usageOf(line).replaceAll(/[[\]<>|]/g, ''), { runbooks: ['runbookINC'] })
      assert.ok(!/no command/.test(parsed.ok ? '' : parsed.reason), usageOf(line))
      if (parsed.ok) assert.equal(parsed.command.do, line.name)
    }
  })

  it('refuses names that could reach a prototype, and never pollutes one (P9)', () => {
    for (const name of ['__proto__', 'constructor', 'prototype'])
      assert.match(refused(`run restart-iis ${name}=polluted`).reason, /cannot be a parameter/)
    assert.equal(({} as { polluted?: string }).polluted, undefined)
  })

  it('caps what is long, with a sentence that says so (P12)', () => {
    assert.match(refused(`run restart-iis ${'a'.repeat(300)}`).reason, /longer than 256/)
    assert.match(refused(`run restart-iis pool=${'a'.repeat(1_100)}`).reason, /longer than/)
    assert.match(refused(`run restart-iis because ${'a'.repeat(1_100)}`).reason, /reason is longer/)
    assert.match(refused(`run restart-iis ${'a '.repeat(150)}`).reason, /More than 100 words/)
    assert.match(refused('x'.repeat(5_000)).reason, /too long/)
    assert.match(refused('x'.repeat(2_000_000)).reason, /too long/)
  })

  it('shows what was typed without letting it leave its back quotes', () => {
    assert.ok(!refused('run `**evil**`<at>').reason.includes('``'))
  })

  it('never throws, whatever is typed', () => {
    const words = fc.constantFrom(
      'run',
      'restart-iis',
      'because',
      'for',
      '"',
      '“',
      "'",
      '\\',
      '=',
      '<p>',
      '&nbsp;',
      ' ',
    )
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(words, fc.string())).map((all) => all.join(' ')),
    )
    fc.assert(
      fc.property(line, (text) => {
        const parsed = parseCommand(text, known)
        assert.equal(typeof (parsed.ok ? parsed.command.do : parsed.reason), 'string')
      }),
      { numRuns: 500 },
    )
  })

  it('reads back every value that it was given in quotes', () => {
    const typed = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 })
      .map((text) => text.trim().replace(/\s+/g, ' '))
    fc.assert(
      fc.property(typed, (value) => {
        fc.pre(value !== '' && !/[<>&]/.test(value))
        const quoted = value.replace(/[\\"]/g, (mark) => `\\${mark}`)
        assert.deepEqual(read(`run restart-iis pool="${quoted}"`), {
          do: 'run',
          subject: 'restart-iis',
          targets: [],
          parameters: { pool: value },
          incident: null,
          because: '',
        })
      }),
    )
  })
})
