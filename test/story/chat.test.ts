// Owns the proof that people can do their work by typing: what they mean is understood, and every no helps.
import assert from 'node:assert/strict'
import { until } from './runbot.ts'
import { answerOf, payloadOf, stage } from './story.ts'

describe('story: commands that only look', () => {
  const story = stage({ count: 2 })

  it('answers help with every command, and runbooks with how to run each', async () => {
    const { approver } = story.world.people
    const help = (await story.say(approver, 'help')).card
    for (const word of ['run <runbook>', 'plan <runbook|INC>', 'freeze [scope] because', 'whoami'])
      assert(help.includes(word), word)
    assert.match((await story.say(approver, 'Runbooks recycle')).text, /`run restart-iis pool=…`/)
    assert.match((await story.say(approver, 'runbooks database')).text, /No runbook is about database/)
  })

  for (const [typed, reply] of [
    ['runboks', /`runboks` is no command.*Did you mean `runbooks`\?/],
    ['ruin restart-iis web-01', /`ruin` is no command.*Did you mean `run`\?/],
    ['restart-iis web-01', /is a runbook.*Did you mean `run restart-iis`\?/],
    ['run restart-iss web-01 because "x"', /There is no runbook `restart-iss`.*Did you mean `restart-iis`\?/],
    ['run restart-iis web-01 becuase "5xx"', /I do not know `becuase`.*Did you mean `because`\?/],
    ['run restart-iis web-77 because "5xx"', /web-77 is not in the CMDB/],
    ['run restart-iis web-01 pool=a;b because "5xx"', /[Pp]arameter pool does not fit: a string, matching/],
    ['run restart-iis web-01 poool=a because "5xx"', /has no parameter "poool": it has pool/],
    ['run restart-iis web-01', /say why[\s\S]*because "…"/],
    ['run restart-iis web-01 for INC0999999 because "5xx"', /ServiceNow shows no incident INC0999999/],
    ['run restart-iis web-01 for INC because "5xx"', /`for` needs an incident number/],
    ['run restart-iis web-01 because', /No reason stands behind `because`/],
    ['approve', /Approvals are given on the card/],
    ['status R0000000000', /There is no run R0000000000 here[\s\S]*lists what is open/],
    ['freeze', /A freeze needs its reason/],
    ['freeze everyting because "x"', /`everyting` is no scope/],
    ['freeze env:prdo because "x"', /[Tt]here is no env:prdo to freeze[\s\S]*env:prod/],
    ['freeze runbook:restart-isi because "x"', /There is no runbook `restart-isi`.*`runbook:restart-iis`/],
    ['unfreeze', /[Yy]ou may not unfreeze: that takes a member of change-managers/],
  ] as const)
    it(`answers "${typed}" with why not and what would help (P12)`, async () => {
      const { text } = await story.say(story.world.people.approver, typed)
      assert.match(text.replaceAll('\\', ''), reply)
      assert.deepEqual([await story.runs(), story.world.ops.effects], [[], []])
    })

  it('refuses an ambiguous target with the candidates, and takes one by its sys_id (P9, P12)', async () => {
    const { requester } = story.world.people
    const twin = 'a'.repeat(32)
    story.world.servicenow.seed('u_cmdb_ci_iis_web_tier', { name: 'web-02', sys_id: twin, environment: 'Test' })
    const { text } = await story.say(requester, 'plan restart-iis web-02')
    assert.match(text, /web-02 is ambiguous: web-02 \([0-9a-f]{32}\), web-02 \([0-9a-f]{32}\); name one by its sys/)
    const own = story.world.ci('web-02').sys_id
    assert.match((await story.say(requester, `plan restart-iis ${own}`)).card, /Dry run · nothing will be sent/)
  })

  it('shows in a dry run what would be sent and who would be asked, and leaves nothing behind (P1)', async () => {
    const { card } = await story.say(story.world.people.requester, 'plan restart-iis web-01 pool=ShopPool')
    for (const words of ['Dry run', 'ops.recycle_pool host=web-01 pool=ShopPool', 'web-platform, small-team'])
      assert(card.includes(words), words)
    assert.deepEqual([await story.runs(), story.world.ops.effects], [[], []])
  })

  it('plans for an incident by its number, with the runbook that fits it', async () => {
    const { number, sys_id: id } = story.world.servicenow.create('incident', {
      short_description: '503 on the shop',
      cmdb_ci: story.world.ci('web-01').sys_id ?? '',
    })
    assert.match(
      (await story.say(story.world.people.requester, `plan ${number}`)).card,
      /ops\.recycle_pool host=web-01/,
    )
    story.world.servicenow.update('incident', id ?? '', { short_description: 'The printer is jammed' })
    const { text } = await story.say(story.world.people.requester, `plan ${number}`)
    assert.match(text, /[Nn]o runbook fits INC\d+[\s\S]*name one: plan/i)
  })

  it('tells each person who they are and what they may do (P10)', async () => {
    const { approver, outsider } = story.world.people
    assert.match((await story.say(approver, 'whoami')).text, /\*\*Maya Lind\*\*[\s\S]*In: web-platform, small-team/)
    assert.match((await story.say(outsider, 'whoami')).text, /You are in no group/)
  })

  it('says nothing where it was not mentioned', async () => {
    const { conversationId } = await story.world.teams.say({
      as: story.world.people.approver,
      text: 'help',
      mention: false,
    })
    assert.equal(story.world.teams.thread(conversationId)?.messages.length, 1)
  })
})

describe('story: a run that a person asks for', () => {
  const story = stage({ count: 8 })
  const cardIn = (conversation: string) =>
    until('the card', () => {
      const found = story.world.teams.thread(conversation)?.messages.findLast(({ card }) => card !== null)
      return found && payloadOf(found, 'approve') ? found : undefined
    })

  it('asks in the command’s own thread; who asked may not approve, another may (P1, P10)', async () => {
    const host = story.host()
    const { approver, secondApprover } = story.world.people
    story.world.sites[host]?.break()
    const { conversation } = await story.say(approver, `run restart-iis ${host} because “5xx since 02:10”`)
    const message = await cardIn(conversation)
    const run = String(payloadOf(message, 'approve')?.['run'])
    const own = await story.world.teams.click({ as: approver, message: message.id, verb: 'approve' })
    assert.match(answerOf(own), /you requested this run, so somebody else must approve it/)
    assert.equal((await story.log(run)).filter(({ type }) => type === 'clickRefused').length, 1)
    assert.deepEqual(story.effects(host), [])
    await story.world.teams.click({ as: secondApprover, message: message.id, verb: 'approve' })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await until('the end in the thread', () => story.thread(run).some((text) => text.includes('**Succeeded**')))
  })

  it('makes one run of a message that Teams delivers three times (P8)', async () => {
    const host = story.host()
    let copy: RequestInit | undefined
    const tamper = (activity: Record<string, unknown>) => {
      const headers = { 'content-type': 'application/json' }
      copy = { method: 'POST', headers, body: JSON.stringify(activity) }
      return activity
    }
    const text = `run restart-iis ${host} because "twice"`
    const { conversationId } = await story.world.teams.say({ as: story.world.people.requester, text, tamper })
    await Promise.all([1, 2].map(() => fetch(`${story.bot().url}/api/messages`, copy)))
    await cardIn(conversationId)
    const cards = story.world.teams.thread(conversationId)?.messages.filter(({ card }) => card !== null)
    assert.equal(cards?.length, 1)
    await story.bot().kill()
    await story.restart()
    await fetch(`${story.bot().url}/api/messages`, copy)
    const runs = await story.runs({ statuses: ['awaitingApproval'] })
    assert.equal(runs.length, 1)
    await story.say(story.world.people.requester, `stop ${runs[0]} because "enough"`)
  })

  it('runs for an incident when told its number: notes and resolution are the incident’s', async () => {
    const host = story.host()
    const { requester, approver } = story.world.people
    story.world.sites[host]?.break()
    const incident = story.world.raiseIncident({ ci: host, fields: { u_runbook_candidate: 'false' } })
    const number = incident.number ?? ''
    const { conversation } = await story.say(requester, `run restart-iis for ${number} because "it is the leak"`)
    const message = await cardIn(conversation)
    await story.world.teams.click({ as: approver, message: message.id, verb: 'approve' })
    await until('the resolution', () => story.world.servicenow.incident(number).state === '6')
    assert(story.notes(number).some((note) => /Approved by Maya Lind/.test(note)))
  })

  it('runs on several hosts one wave after the other, and on each once (P3)', async () => {
    const hosts = [story.host(), story.host(), story.host()]
    for (const host of hosts) story.world.sites[host]?.break()
    const { requester, approver } = story.world.people
    const { conversation } = await story.say(requester, `run restart-iis ${hosts.join(' ')} because "all of them"`)
    const message = await cardIn(conversation)
    const run = String(payloadOf(message, 'approve')?.['run'])
    await story.world.teams.click({ as: approver, message: message.id, verb: 'approve' })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], ['recycle-pool'], ['recycle-pool']])
  })

  it('lets the requester withdraw and an outsider not, and says per target what became of it (P11, P12)', async () => {
    const host = story.host()
    const { requester, outsider } = story.world.people
    const { conversation } = await story.say(requester, `run restart-iis ${host} because "hm"`)
    const run = String(payloadOf(await cardIn(conversation), 'approve')?.['run'])
    assert.match((await story.say(outsider, `stop ${run}`)).text, /may not stop this run: that takes a member of/)
    assert.equal((await story.log(run)).at(-1)?.type, 'clickRefused')
    const { text } = await story.say(requester, `stop ${run.toLowerCase()} because "found it"`)
    assert.match(text, new RegExp(`Run ${run} is stopped: nothing new leaves.*found it\\. ${host}: stopped`))
    assert.equal((await story.ended(run)).status, 'cancelled')
    assert.match((await story.say(requester, `stop ${run}`)).text, /already ended/)
  })

  it('explains a run, shows its card again, and proves that its log is whole (P4)', async () => {
    const { requester } = story.world.people
    const [run = ''] = await story.runs()
    const { text } = await story.say(requester, `explain ${run}`)
    for (const words of ['matrix: tier 1 in prod asks one-approver', 'anti-flap', 'change window', 'found it'])
      assert(text.includes(words), words)
    assert.match((await story.say(requester, `status ${run}`)).card, new RegExp(run))
    assert.match(
      (await story.say(requester, `audit ${run}`)).text,
      /entries, consistent, not anchored\. Head [0-9a-f]{64}/,
    )
  })
})

describe('story: commands that change what runbot does', () => {
  const story = stage({ count: 3, watched: false })
  const INCIDENTS = '19:incidents@thread.tacv2'

  it('shows a group’s incidents in the channel that watches it, and nowhere after unwatch', async () => {
    const { approver } = story.world.people
    assert.match(
      (await story.say(approver, 'watch web platform', INCIDENTS)).text,
      /now gets the incidents of web platform/,
    )
    const shown = await story.asked(story.raise().number)
    assert(shown.message.conversationId.startsWith(INCIDENTS))
    assert.match((await story.say(approver, 'unwatch', INCIDENTS)).text, /no longer gets the incidents of web platform/)
    const next = story.raise()
    const run = await story.runOf(next.number)
    await until('the decision', async () => (await story.log(run)).some(({ type }) => type === 'decided'))
    await until('the note', () => story.notes(next.number).some((note) => /waits for approval/.test(note)))
    assert.equal(story.cardOf(run), undefined)
  })

  it('lets only those whom governance names watch, and only where others can see it (P10, P12)', async () => {
    const { approver, outsider } = story.world.people
    assert.match(
      (await story.say(outsider, 'watch Web Platform')).text,
      /may not bind channels: that takes a member of/,
    )
    assert.match((await story.say(approver, 'watch Web Platform', 'personal')).text, /go to a channel or a group chat/)
  })

  it('freezes for whoever may, keeps it in the control chain, and only another may unfreeze (P4, P11)', async () => {
    const { approver, changeManager, outsider } = story.world.people
    assert.match((await story.say(outsider, 'freeze because "no"')).text, /may not freeze: that takes a member of/)
    assert.match((await story.say(changeManager, 'freeze ENV:Prod because ‘audit week’')).text, /env:prod is frozen/)
    assert.match((await story.say(approver, 'freeze env:prod because "again"')).text, /is frozen already/)
    const { text } = await story.say(approver, `run restart-iis ${story.host()} because "now"`)
    assert.equal(text, '')
    const [run = ''] = await story.runs()
    const { status, reason } = await story.ended(run)
    assert.deepEqual([status, /frozen by Ines Duarte: audit week/.test(reason)], ['stoppedByPolicy', true])
    assert.match((await story.say(changeManager, 'unfreeze env:prod')).text, /who froze it may not unfreeze it/i)
    const types = (await story.control()).map(({ type }) => type)
    assert.equal(types.filter((type) => type === 'frozen').length, 1)
    assert.equal(types.includes('unfrozen'), false)
  })
})
