// Owns the specification of asking the caller in ServiceNow: whom, once, and whose words count as the answer.
import assert from 'node:assert/strict'
import { serviceNow } from '../../../src/adapters/servicenow/tickets.ts'
import type { CallerRecords } from '../../../src/ports/caller.ts'
import type { ServiceNowSettings } from '../../../src/ports/catalog.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { type ServiceNow, type ServiceNowOptions, startServiceNow } from '../../sandbox/servicenow.ts'
import { BASIC, call } from '../sandbox/call.ts'
import { CLIENT, ONCE, portError, SETTINGS } from './setup.ts'

const NAME = 'Omar Reyes'
const ENTRA = '0a2b0000-0000-4000-8000-00000000000d'
const MARKER = '[runbot run-7#12]'
const QUESTION = `The pool on web-01 was recycled. Reply YES if the shop works again, NO if not. ${MARKER}`

interface Instance {
  readonly servicenow: ServiceNow
  readonly callers: CallerRecords
  readonly incident: string
  readonly callersWith: (settings: Partial<ServiceNowSettings>) => CallerRecords
  /** The instance's clock goes on. */
  readonly pass: (seconds: number) => void
  /** A person writes a comment, on the form or in the portal. */
  readonly comment: (text: string, user?: string) => void
}

async function start(options: ServiceNowOptions = {}, from = '2026-01-31T10:00:00Z'): Promise<Instance> {
  let at = Date.parse(from)
  const servicenow = await startServiceNow({ now: () => new Date(at), ...options })
  const user = (user_name: string, name: string, more = {}) =>
    servicenow.seed('sys_user', { user_name, name, active: 'true', ...more }).sys_id ?? ''
  const caller_id = user('omar.reyes', NAME, { u_entra_object_id: ENTRA })
  user('sam.okafor', 'Sam Okafor', { u_entra_object_id: '0a2b0000-0000-4000-8000-00000000000e' })
  user('runbot', 'runbot')
  const callersWith: Instance['callersWith'] = (settings) =>
    serviceNow({
      url: servicenow.url,
      auth: CLIENT,
      clock: systemClock,
      retry: ONCE,
      settings: () => ({ ...SETTINGS, ...settings }),
    }).callerRecords
  const incident = servicenow.create('incident', { short_description: '5xx', caller_id }, 'omar.reyes').sys_id ?? ''
  return {
    servicenow,
    callers: callersWith({}),
    callersWith,
    incident,
    pass: (seconds) => {
      at += seconds * 1000
    },
    comment: (comments, who = 'omar.reyes') => void servicenow.update('incident', incident, { comments }, who),
  }
}

describe('the caller of an incident in ServiceNow', () => {
  let instance: Instance
  beforeEach(async () => {
    instance = await start()
  })
  afterEach(() => instance.servicenow.stop())
  const of = (callers = instance.callers) => callers.of(instance.incident)
  const set = (fields: Record<string, string>) => instance.servicenow.update('incident', instance.incident, fields)
  const caller = () => instance.servicenow.rows('sys_user').find(({ name }) => name === NAME)?.sys_id ?? ''

  it('has a name and, where the declared column maps them, an Entra id', async () => {
    assert.deepEqual(await of(), { name: NAME, person: ENTRA })
    assert.deepEqual(await of(instance.callersWith({ person: null })), { name: NAME })
    assert.deepEqual(await of(instance.callersWith({ person: 'u_mistyped' })), { name: NAME })
  })

  it('has no Entra id where several users bear it, or may (P10)', async () => {
    const show = instance.servicenow.acl.hideRows('sys_user')
    assert.deepEqual(await of(), { name: NAME })
    show()
    instance.servicenow.seed('sys_user', { name: 'Twin', active: 'true', u_entra_object_id: ENTRA })
    assert.deepEqual(await of(), { name: NAME })
  })

  it('has no Entra id that stands for somebody else by now (P10)', async () => {
    const row = { sys_id: '5'.repeat(32), active: 'true', user_name: 'x', name: 'X', u_entra_object_id: ENTRA }
    const headers = { 'content-type': 'application/json', 'x-total-count': '1' }
    const match = requestTo('GET', '/api/now/table/sys_user')
    instance.servicenow.faults.add({ fault: { status: 200, headers, body: { result: [row] } }, match })
    assert.deepEqual(await of(), { name: NAME })
  })

  it('is nobody where none is named, or who is named was deleted or has left', async () => {
    instance.servicenow.update('sys_user', caller(), { active: 'false' })
    assert.equal(await of(), undefined)
    const url = `${instance.servicenow.url}/api/now/table/sys_user/${caller()}`
    assert.equal((await call(url, { method: 'DELETE', headers: BASIC })).status, 204)
    assert.equal(await of(), undefined)
    assert.equal(await instance.callers.answer(instance.incident, 0), undefined)
    set({ caller_id: '' })
    assert.equal(await of(), undefined)
    assert.equal(await instance.callers.answer(instance.incident, 0), undefined)
  })

  it('is not guessed where the account may not see who it is (P5)', async () => {
    const show = instance.servicenow.acl.hideColumn('sys_user', 'user_name')
    await assert.rejects(of(), portError('denied', /caller_id\.user_name .*hidden/))
    show()
    instance.servicenow.acl.hideColumn('incident', 'caller_id')
    await assert.rejects(of(), portError('denied', /caller_id .*hidden/))
  })

  it('is asked about an incident that is there', async () => {
    await assert.rejects(instance.callers.of('f'.repeat(32)), portError('notFound', /404/))
    await assert.rejects(instance.callers.of('x^ORactive=true'), portError('malformed', /not a sys_id/))
  })
})

describe('the question to the caller', () => {
  let instance: Instance
  beforeEach(async () => {
    instance = await start()
  })
  afterEach(() => instance.servicenow.stop())
  const ask = (maybeWritten: boolean, text = QUESTION) =>
    instance.callers.ask(instance.incident, text, MARKER, maybeWritten)
  const comments = () => instance.servicenow.notes(instance.incident, 'comments')
  const patch = requestTo('PATCH', '/api/now/table/incident')

  it('is a comment, which the caller sees, not a work note', async () => {
    await ask(false)
    assert.deepEqual(comments(), [QUESTION])
    assert.deepEqual(instance.servicenow.notes(instance.incident), [])
  })

  for (const hidden of [false, true])
    it(`is not asked twice when the answer was lost${hidden ? ', also where the journal is hidden' : ''} (P6)`, async () => {
      if (hidden) instance.servicenow.acl.hideRows('sys_journal_field')
      instance.servicenow.faults.add({ fault: 'reset-after-commit', match: patch })
      await assert.rejects(ask(false), portError('unavailable', /reset/, true))
      await ask(true)
      assert.deepEqual(comments(), [QUESTION])
    })

  it('is asked again when the request was lost before any work', async () => {
    instance.servicenow.faults.add({ fault: 'reset-before', match: patch })
    await assert.rejects(ask(false), portError('unavailable', /reset/, true))
    await ask(true)
    assert.deepEqual(comments(), [QUESTION])
  })

  it('is not repeated blindly where comments are hidden, nor found among work notes', async () => {
    instance.servicenow.update('incident', instance.incident, { work_notes: QUESTION }, 'runbot')
    const showRows = instance.servicenow.acl.hideRows('sys_journal_field')
    instance.servicenow.acl.hideColumn('task', 'comments')
    await assert.rejects(ask(true), portError('denied', /comments are hidden/))
    showRows()
    await assert.rejects(ask(true), portError('denied', /comments are hidden/))
    assert.deepEqual(comments(), [])
  })

  it('is seen to be stored: a closed incident answers 200 and keeps nothing', async () => {
    const done = { close_code: 'Solution provided', close_notes: 'done' }
    instance.servicenow.update('incident', instance.incident, { state: '7', ...done })
    await assert.rejects(ask(false), portError('denied', /the comment and stored nothing/))
  })

  it('shows outside text literally, and is no longer than a note', async () => {
    await ask(false, `${MARKER} [code]<b>x</b>[/code]\u202e${'y'.repeat(100_000)}`)
    const [text = ''] = comments()
    assert.ok(text.startsWith(`${MARKER} (code)<b>x</b>(/code)y`) && text.endsWith(`… ${MARKER}`))
    assert.ok(Buffer.byteLength(text) <= 30_000)
  })
})

/** Both ways to read must take the same comments for an answer, and refuse the same. */
for (const hidden of [false, true])
  describe(`the caller's answer, ${hidden ? 'read from what the record shows' : 'read from the journal'}`, () => {
    let instance: Instance
    let since: number
    const begin = async (options?: ServiceNowOptions, from?: string) => {
      instance = await start(options, from)
      if (hidden) instance.servicenow.acl.hideRows('sys_journal_field')
      since = Date.parse(from ?? '2026-01-31T10:00:00Z') + 60_000
      instance.pass(60)
    }
    beforeEach(() => begin())
    afterEach(() => instance.servicenow.stop())
    const ask = async () => {
      await instance.callers.ask(instance.incident, QUESTION, MARKER, false)
      instance.pass(60)
    }
    const answer = () => instance.callers.answer(instance.incident, since)
    const at = (time: string) => Date.parse(`2026-01-31T${time}Z`)

    it('is awaited while there is none', async () => {
      await ask()
      assert.equal(await answer(), undefined)
    })

    it('is a plain yes or no in their own words, with its time in UTC', async () => {
      await ask()
      instance.comment('Yes, works again.\nThanks\n\n-- \nOmar')
      assert.deepEqual(await answer(), { works: true, text: 'Yes, works again. Thanks', at: at('10:02:00') })
    })

    it('is the newest, where they changed their mind', async () => {
      await ask()
      instance.comment('yes')
      instance.pass(60)
      instance.comment('NO')
      instance.pass(60)
      instance.comment('I mean the page is white')
      assert.deepEqual(await answer(), { works: false, text: 'NO', at: at('10:03:00') })
    })

    it('is none where a yes and a no came in the same second', async () => {
      await ask()
      instance.comment('no')
      instance.comment('yes')
      assert.equal(await answer(), undefined)
    })

    it('comes by e-mail too, with what it quotes below', async () => {
      await ask()
      instance.comment(
        `reply from: omar.reyes@corp.example\n\nNo\n\nOn Saturday ServiceNow wrote:\n> ${QUESTION}\n> Yes`,
      )
      const no = { works: false, text: 'No', at: at('10:02:00') }
      assert.deepEqual(await answer(), no)
      assert.deepEqual(await instance.callers.answer(instance.incident, at('10:01:30')), no)
    })

    it('is nobody else’s: not an agent’s, not runbot’s (P10)', async () => {
      await ask()
      instance.comment('Yes', 'sam.okafor')
      instance.comment('Yes', 'runbot')
      instance.comment('Yes', 'system')
      assert.equal(await answer(), undefined)
    })

    it('is nobody’s where the caller has no user name that could tell who wrote it (P10)', async () => {
      await ask()
      const user = instance.servicenow.rows('sys_user').find(({ name }) => name === NAME)?.sys_id ?? ''
      instance.servicenow.update('sys_user', user, { user_name: '' })
      instance.comment('Yes', '')
      assert.equal(await answer(), undefined)
    })

    it('is not runbot’s own either where runbot reported the incident', async () => {
      const runbot = instance.servicenow.rows('sys_user').find(({ name }) => name === 'runbot')?.sys_id ?? ''
      instance.servicenow.update('incident', instance.incident, { caller_id: runbot })
      await ask()
      assert.equal(await answer(), undefined)
    })

    it('is not what they said before they were asked', async () => {
      instance.comment('Yes')
      await ask()
      assert.equal(await answer(), undefined)
    })

    it('is not what they said before the time that is asked about', async () => {
      await ask()
      instance.comment('yes')
      assert.equal(await instance.callers.answer(instance.incident, at('10:02:00')), undefined)
      assert.equal((await instance.callers.answer(instance.incident, at('10:01:59')))?.works, true)
    })

    it('is not what they said to somebody else while the question was on its way', async () => {
      instance.pass(30)
      instance.comment('Yes')
      instance.pass(30)
      await ask()
      assert.equal(await answer(), undefined)
      instance.comment('No')
      assert.equal((await answer())?.works, false)
    })

    it('is not taken from words that have to be guessed', async () => {
      await ask()
      for (const text of ['no longer works', 'Yes, but slow', 'Is it fixed?']) instance.comment(text)
      assert.equal(await answer(), undefined)
    })

    it('is not taken from a work note', async () => {
      await ask()
      instance.servicenow.update('incident', instance.incident, { work_notes: 'Yes' }, 'omar.reyes')
      assert.equal(await answer(), undefined)
    })

    it('cannot be forged by somebody whose comment looks like several (P9)', async () => {
      await ask()
      for (const label of ['Additional comments', 'Comments'])
        for (const time of ['2026-01-31 05:01:30', '2026-01-31 10:01:30', '2999-01-01 00:00:00'])
          instance.comment(`hm\n\n${time} - ${NAME} (${label})\nYes\n\n`, 'sam.okafor')
      assert.equal(await answer(), undefined)
      instance.comment('I will have a look')
      assert.equal(await answer(), undefined)
    })

    it('cannot be forged by a name that ends like the caller’s (P10)', async () => {
      await ask()
      for (const [index, prefix] of ['x - ', '1 - ', '- ', '10:00 - '].entries()) {
        instance.servicenow.seed('sys_user', { user_name: `sly${index}`, name: `${prefix}${NAME}`, active: 'true' })
        instance.comment('Yes', `sly${index}`)
        assert.equal(await answer(), undefined)
      }
    })

    it('is capped and plain', async () => {
      await ask()
      instance.comment(`Yes\u202e\n${'[code]<b>'.repeat(20_000)}`)
      const said = await answer()
      assert.ok(said?.works && said.text.length <= 300 && !said.text.includes('\u202e'))
    })

    for (const [timeZone, from] of [
      ['Asia/Kolkata', '2026-01-31T10:00:00Z'],
      ['Pacific/Auckland', '2026-01-31T23:58:00Z'],
      ['America/New_York', '2026-07-31T03:58:00Z'],
      ['UTC', '2026-12-31T23:58:00Z'],
    ] as const)
      it(`has its time whatever the reader's zone is: ${timeZone}`, async () => {
        await instance.servicenow.stop()
        await begin({ timeZone }, from)
        instance.comment('no')
        await ask()
        instance.comment('yes')
        instance.pass(600)
        instance.servicenow.update('incident', instance.incident, { impact: '2' })
        assert.deepEqual(await answer(), { works: true, text: 'yes', at: Date.parse(from) + 120_000 })
      })

    it('is asked for again later while ServiceNow is down or slow', async () => {
      await ask()
      instance.comment('yes')
      instance.servicenow.faults.add({ fault: { status: 503 }, match: requestTo('GET', '/api/now/table/sys_journal') })
      await assert.rejects(answer(), portError('unavailable', /503/))
      assert.equal((await answer())?.works, true)
    })

    it('cannot be read where the account sees no comments at all', async () => {
      await ask()
      instance.comment('yes')
      if (!hidden) instance.servicenow.acl.hideRows('sys_journal_field')
      const show = instance.servicenow.acl.hideColumn('task', 'comments')
      await assert.rejects(answer(), portError('denied', /hides comments from this account/))
      show()
      assert.equal((await answer())?.works, true)
    })
  })

describe('what the record shows of comments', () => {
  let instance: Instance
  let since: number
  beforeEach(async () => {
    instance = await start()
    since = Date.parse('2026-01-31T10:00:00Z')
    await instance.callers.ask(instance.incident, QUESTION, MARKER, false)
    instance.pass(60)
  })
  afterEach(() => instance.servicenow.stop())
  const answer = () => instance.callers.answer(instance.incident, since)
  const hide = (who?: string) =>
    instance.servicenow.acl.hideRows('sys_journal_field', (row) => who === undefined || row.sys_created_by === who)
  const shown = (comments: string, display = '2026-01-31 05:09:00') => {
    const updated = { value: '2026-01-31 10:09:00', display_value: display }
    const result = { comments: { value: '', display_value: comments }, sys_updated_on: updated }
    const match = ({ path, query }: { path: string; query: Record<string, string> }) =>
      path.includes('/table/incident/') && (query['sysparm_fields'] ?? '').includes('sys_updated_on')
    const headers = { 'content-type': 'application/json' }
    instance.servicenow.faults.add({ fault: { status: 200, headers, body: { result } }, match })
  }

  it('is asked for where part of the journal is hidden: the newer part may be', async () => {
    instance.comment('yes')
    instance.pass(60)
    instance.comment('no')
    const rows = instance.servicenow.rows('sys_journal_field')
    const newest = rows.at(-1)?.sys_id
    instance.servicenow.acl.hideRows('sys_journal_field', ({ sys_id }) => sys_id === newest)
    assert.equal((await answer())?.works, false)
  })

  it('is asked for where the journal hides who wrote or when', async () => {
    instance.comment('yes')
    instance.servicenow.acl.hideColumn('sys_journal_field', 'sys_created_by')
    assert.equal((await answer())?.works, true)
  })

  it('is asked for where the journal hides that of one entry only', async () => {
    instance.comment('yes')
    instance.pass(60)
    instance.comment('no')
    const rows = instance.servicenow.rows('sys_journal_field').map((row) => ({ ...row }))
    delete rows.at(-1)?.sys_created_by
    const headers = { 'content-type': 'application/json', 'x-total-count': String(rows.length) }
    const match = requestTo('GET', '/api/now/table/sys_journal_field')
    instance.servicenow.faults.add({ fault: { status: 200, headers, body: { result: rows } }, match })
    assert.equal((await answer())?.works, false)
  })

  it('is asked for where hidden rows look like none, without a count', async () => {
    instance.comment('yes')
    const headers = { 'content-type': 'application/json' }
    const match = requestTo('GET', '/api/now/table/sys_journal_field')
    instance.servicenow.faults.add({ fault: { status: 200, headers, body: { result: [] } }, match })
    assert.equal((await answer())?.works, true)
  })

  it('is not asked for where the journal can be read: other comments than ours are no reason', async () => {
    instance.comment('I am on it', 'sam.okafor')
    assert.equal(await answer(), undefined)
    const reads = instance.servicenow.requests.filter(({ query }) =>
      (query['sysparm_fields'] ?? '').includes('comments'),
    )
    assert.deepEqual(
      reads.map(({ method }) => method),
      ['PATCH'],
    )
  })

  it('tells nothing below somebody else’s comment, which may be a forgery', async () => {
    hide()
    instance.comment('yes')
    instance.pass(60)
    instance.comment('Thanks', 'sam.okafor')
    assert.equal(await answer(), undefined)
    instance.comment('yes')
    assert.equal((await answer())?.works, true)
  })

  it('names nobody where two users bear the caller’s name, or may (P10)', async () => {
    hide()
    instance.comment('yes')
    const show = instance.servicenow.acl.hideRows('sys_user', ({ name }) => name === NAME)
    await assert.rejects(answer(), portError('denied', /"Omar Reyes" may be the name of several users/))
    show()
    assert.equal((await answer())?.works, true)
    instance.servicenow.seed('sys_user', { sys_id: '5'.repeat(32), user_name: 'omar.reyes2', name: 'omar reyes ' })
    // The sandbox compares as written; an instance does not care about case and blanks, nor does runbot.
    const twin = instance.servicenow.rows('sys_user').find(({ user_name }) => user_name === 'omar.reyes2')
    instance.servicenow.update('sys_user', twin?.sys_id ?? '', { name: NAME })
    await assert.rejects(answer(), portError('denied', /several users/))
    const showTwin = instance.servicenow.acl.hideRows('sys_user', ({ sys_id }) => sys_id === twin?.sys_id)
    await assert.rejects(answer(), portError('denied', /several users/))
    showTwin()
    instance.servicenow.update('sys_user', twin?.sys_id ?? '', { name: 'Other', user_name: NAME })
    await assert.rejects(answer(), portError('denied', /several users/))
  })

  it('does not enter a query with a name that is syntax (P9)', async () => {
    const user = instance.servicenow.rows('sys_user').find(({ name }) => name === NAME)?.sys_id ?? ''
    instance.servicenow.update('sys_user', user, { name: 'Omar^ORactive=true' })
    hide()
    instance.comment('yes')
    await assert.rejects(answer(), portError('malformed', /not a plain name/))
  })

  it('is read in another date notation, with the record’s update as the latest time it can be', async () => {
    hide()
    const question = `31-Jan-2026 05:00:00 - runbot (Kommentare)\n${QUESTION}\n\n`
    shown(`31-Jan-2026 05:02:00 - ${NAME} (Kommentare)\nJa\n\n${question}`, '31-Jan-2026 05:09:00')
    assert.deepEqual(await answer(), { works: true, text: 'Ja', at: Date.parse('2026-01-31T10:09:00Z') })
    shown(`01/31/2026 5:02 PM - ${NAME} (Comments)\nNo\n\n${question}`, '01/31/2026 5:09 PM')
    assert.equal((await answer())?.works, false)
  })

  it('is never newer than the record’s last update, also in the night when clocks change', async () => {
    hide()
    shown(`2026-01-31 05:30:00 - ${NAME} (Comments)\nyes\n\n2026-01-31 05:00:00 - runbot (Comments)\n${QUESTION}\n\n`)
    assert.equal((await answer())?.at, Date.parse('2026-01-31T10:09:00Z'))
  })

  it('is unknown in a form that nobody knows, and where our question is not among it (P5)', async () => {
    hide()
    shown(`${NAME}: yes\nrunbot: ${QUESTION}`)
    await assert.rejects(answer(), portError('malformed', /in another form/))
    shown(`2026-01-31 05:02:00 - ${NAME} (Comments)\nyes\n\n`)
    await assert.rejects(answer(), portError('denied', /hides comments/))
    shown('')
    await assert.rejects(answer(), portError('denied', /hides comments/))
  })
})

describe('the journal of comments', () => {
  it('is not taken for another incident’s because a clause was dropped', async () => {
    const instance = await start()
    try {
      await instance.callers.ask(instance.incident, QUESTION, MARKER, false)
      const time = '2026-01-31 10:05:00'
      const row = { sys_id: '1'.repeat(32), element: 'comments', value: 'yes', sys_created_on: time }
      const rows = [{ ...row, element_id: 'e'.repeat(32), sys_created_by: 'omar.reyes' }]
      const headers = { 'content-type': 'application/json', 'x-total-count': '1' }
      const match = requestTo('GET', '/api/now/table/sys_journal_field')
      instance.servicenow.faults.add({ fault: { status: 200, headers, body: { result: rows } }, match })
      assert.equal(await instance.callers.answer(instance.incident, 0), undefined)
    } finally {
      await instance.servicenow.stop()
    }
  })

  it('is not read to its end where somebody floods it', async () => {
    const instance = await start()
    try {
      await instance.callers.ask(instance.incident, QUESTION, MARKER, false)
      instance.pass(60)
      for (let index = 0; index < 1001; index += 1) instance.comment(`spam ${index}`, 'sam.okafor')
      const answer = instance.callers.answer(instance.incident, Date.parse('2026-01-31T10:00:00Z'))
      await assert.rejects(answer, portError('malformed', /more comments than can be read/))
    } finally {
      await instance.servicenow.stop()
    }
  })
})
