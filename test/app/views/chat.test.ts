// Owns the checks of the short answers to chat commands.
import assert from 'node:assert/strict'
import { refusalReply, runbooksReply, statusReply, whoamiReply } from '../../../src/app/views/chat.ts'
import { attacks, looks, run } from '../../cards/fixtures.ts'
import { filled } from './events.ts'

const inert = (text: string): void => assert.doesNotMatch(text, /\/\/|<at>|<b>|\]\(|(?!\n)[\p{Bidi_Control}\p{Cc}]/u)

describe('the answer to status', () => {
  it('lists open runs with what, where and until when they wait', () => {
    assert.equal(
      statusReply([run(), looks.executing!().run]).text,
      [
        '**2 open runs**',
        '',
        '- `r-7f3k2m` **Recycle the IIS application pool**, INC0010001, web-01: Approval needed, waits until 03:42 UTC',
        '- `r-7f3k2m` **Recycle the IIS application pool**, INC0010001, web-01: Running',
      ].join('\n'),
    )
  })

  it('says what to do when nothing is open', () => {
    assert.match(statusReply([]).text, /Nothing is open.*runbooks/)
  })

  it('is bounded and literal', () => {
    const { text } = statusReply(Array.from({ length: 100 }, () => filled(run(), attacks.join(' '))))
    assert.match(text, /… and 80 more/)
    inert(text)
  })
})

describe('the answer to runbooks', () => {
  const runbook = {
    id: 'restart-iis',
    title: 'Recycle the pool',
    owner: 'web-platform',
    parameters: { pool: { type: 'string' as const } },
  }

  it('shows each with its owner and how to run it', () => {
    assert.equal(
      runbooksReply([runbook], []).text,
      '**1 runbook**\n\n- **Recycle the pool**, owner web-platform: `run restart-iis pool=…`',
    )
  })

  it('says which files are off, where and why (P12)', () => {
    const problem = { file: 'catalog/bad.yaml', line: 3, column: 7, message: 'unknown key stepz' }
    assert.match(runbooksReply([runbook], [problem]).text, /1 is off.*\n\n- catalog\/bad\.yaml:3:7 unknown key stepz/)
  })

  it('says that no runbook is about these words', () => {
    assert.equal(runbooksReply([], [], ['*printer*']).text, 'No runbook is about \\*printer\\*. `runbooks` shows all.')
  })

  it('keeps titles literal', () => inert(runbooksReply([filled(runbook, attacks.join(' '))], []).text))
})

describe('the answer to whoami', () => {
  it('says who the token names, in which groups, of which it cannot be told, and what that allows (P10)', () => {
    const { text } = whoamiReply({
      person: { id: '0a2b', name: 'Ana Ruiz' },
      groups: [
        { name: 'web-platform', membership: { is: 'yes' } },
        { name: 'small-team', membership: { is: 'no' } },
        { name: 'cab', membership: { is: 'unknown', reason: 'ServiceNow is down' } },
      ],
      may: ['stop'],
    })
    assert.equal(
      text,
      'You are **Ana Ruiz**, Entra object id `0a2b`.\n\nIn: web-platform.\n\nCannot be told: cab (ServiceNow is down).\n\nYou may: `stop`.',
    )
  })

  it('keeps a name from breaking out of its place', () => {
    const id = '`<at>Everyone</at>`'
    inert(whoamiReply({ person: { id, name: attacks.join(' ') }, groups: [], may: [id] }).text)
  })
})

describe('a refusal', () => {
  it('says why, and what would make it pass (P12)', () => {
    assert.equal(refusalReply({ reason: 'It is *frozen*', fix: 'Wait' }).text, '🚫 It is \\*frozen\\*\n\n➡️ Wait')
  })
})
