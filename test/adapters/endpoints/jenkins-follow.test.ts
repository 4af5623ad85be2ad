import assert from 'node:assert/strict'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Fault, requestTo } from '../../sandbox/faults.ts'
import {
  begun,
  ended,
  given,
  held,
  job,
  key,
  lastItem,
  noted,
  parameters,
  queuedByOther,
  reads,
} from './jenkins-setup.ts'

held('the jenkins endpoint, following', (current) => {
  it('waits in the queue with the reason, through the moment without a build, into the build', async () => {
    const { endpoint, request, system } = current()
    const launched = await endpoint.launch(launchOf(request))
    assert.match(noted(launched), /quiet period/)
    const item = lastItem(current())
    system.leave(item)
    assert.equal((await endpoint.progress(request, launched.handle)).handle, launched.handle)
    const { number } = system.begin(item)
    const { handle, state } = await endpoint.progress(request, launched.handle)
    assert.deepEqual([handle, state], [`build/${number}/key-1`, 'running'])
  })

  it('believes a result only when the build neither builds nor is in progress (CONTRACTS §3)', async () => {
    const { endpoint, request } = current()
    const { build, progress } = await begun(current())
    const state = async () => (await endpoint.progress(request, progress.handle)).state
    Object.assign(build, { result: 'SUCCESS' })
    assert.equal(await state(), 'running')
    Object.assign(build, { building: false })
    assert.equal(await state(), 'running')
    Object.assign(build, { inProgress: false, result: null })
    assert.equal(await state(), 'running')
    Object.assign(build, { result: 'FAILURE' })
    assert.equal(ended(await endpoint.progress(request, progress.handle)).outcome, 'failed')
  })

  it('reads a server that does not tell inProgress yet', async () => {
    const { endpoint, request } = current()
    const { build, progress } = await begun(current())
    Object.assign(build, { result: 'SUCCESS', building: false, inProgress: undefined })
    assert.equal(ended(await endpoint.progress(request, progress.handle)).outcome, 'succeeded')
  })

  for (const [result, outcome, reason] of [
    ['SUCCESS', 'succeeded', 'build 1 ended with SUCCESS'],
    ['UNSTABLE', 'failed', 'build 1 ended with UNSTABLE: it ran to its end, with errors'],
    ['FAILURE', 'failed', 'build 1 ended with FAILURE'],
    ['NOT_BUILT', 'failed', 'build 1 ended with NOT_BUILT: Jenkins skipped it'],
    ['ABORTED', 'failed', 'build 1 ended with ABORTED'],
    ['HIBERNATED', 'unknown', 'build 1 ended with HIBERNATED, which is no result that is known'],
    ['constructor', 'unknown', 'build 1 ended with constructor, which is no result that is known'],
  ] as const)
    it(`reports ${result} as ${outcome}, with result, number and url (DESIGN §9)`, async () => {
      const { endpoint, request, system } = current()
      const { build, progress } = await begun(current())
      system.end(build, result)
      const end = ended(await endpoint.progress(request, progress.handle))
      assert.deepEqual([end.outcome, end.reason], [outcome, reason])
      assert.deepEqual(end.result, { result, number: 1, url: `${system.url}/job/ops/job/restart-worker/1/` })
    })

  it('finds the build of an item that Jenkins has forgotten (CONTRACTS §3)', async () => {
    const { endpoint, request, system } = current()
    const launched = await endpoint.launch(launchOf(request))
    system.leave(lastItem(current()))
    system.begin(lastItem(current()))
    system.forget()
    assert.equal((await endpoint.progress(request, launched.handle)).handle, 'build/1/key-1')
  })

  it('does not know what became of an item that was forgotten without a build (P3)', async () => {
    const { endpoint, request, system } = current()
    const launched = await endpoint.launch(launchOf(request))
    system.cancel(lastItem(current()))
    system.forget()
    assert.equal((await failure(endpoint.progress(request, launched.handle))).kind, 'notFound')
  })

  it('reports an item that was cancelled in the queue as failed', async () => {
    const { endpoint, request, system } = current()
    const launched = await endpoint.launch(launchOf(request))
    system.cancel(lastItem(current()))
    const end = ended(await endpoint.progress(request, launched.handle))
    assert.deepEqual([end.outcome, end.reason], ['failed', 'cancelled in the queue before it began'])
    assert.deepEqual(end.result, { result: null, number: null, url: null })
  })

  it("does not follow another's item or build that has come to bear the same id (P3)", async () => {
    const { endpoint, request, system } = current()
    const item = queuedByOther(current())
    const { id, job: where } = item
    assert.equal((await failure(endpoint.progress(request, `queue/${id}/key-1`))).kind, 'notFound')
    assert.equal((await failure(endpoint.cancel(request, `queue/${id}/key-1`))).kind, 'notFound')
    assert.equal(item.cancelled, false)
    system.leave(item)
    system.begin(item)
    assert.equal(where.builds.length, 1)
    assert.equal((await failure(endpoint.progress(request, 'build/1/key-1'))).kind, 'notFound')
    assert.equal((await failure(endpoint.cancel(request, 'build/1/key-1'))).kind, 'notFound')
    assert.equal(where.builds[0]?.building, true)
  })

  it('follows through a restart of Jenkins, which answers 503 meanwhile and then counts its queue anew', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    const [item] = system.items
    system.leave(lastItem(current()))
    const build = system.begin(lastItem(current()))
    const headers = { 'content-type': 'text/html' }
    const body = '<html>Jenkins is getting ready to work</html>'
    const starting = system.faults.add({ fault: { status: 503, headers, body }, times: 99 })
    const { kind } = await failure(endpoint.progress(request, handle))
    starting()
    assert.equal(kind, 'unavailable')
    system.forget()
    // Another's item has come to bear the number.
    Object.assign(queuedByOther(current()), { id: item?.id })
    const after = await endpoint.progress(request, handle)
    assert.deepEqual([after.state, after.handle], ['running', 'build/1/key-1'])
    system.end(build)
    assert.equal(ended(await endpoint.progress(request, after.handle)).outcome, 'succeeded')
    assert.equal(system.effects.length, 1)
  })

  for (const handle of ['../../admin', 'queue/1', 'queue//k', 'build/x/k', 'job/1/k', '', `queue/1/${'x'.repeat(300)}`])
    it(`sends nothing for the handle ${JSON.stringify(handle.slice(0, 12))}`, async () => {
      const { endpoint, request, system } = current()
      assert.equal((await failure(endpoint.progress(request, handle))).kind, 'malformed')
      assert.equal((await failure(endpoint.cancel(request, handle))).kind, 'malformed')
      assert.equal(system.requests.length, 0)
    })

  for (const fault of ['html', 'garbage', { status: 302, headers: { location: '/login' } }, { status: 200 }] as Fault[])
    it(`does not take ${JSON.stringify(fault)} for an end`, async () => {
      const { endpoint, request, system } = current()
      const { progress } = await begun(current())
      system.faults.add({ fault, match: reads })
      assert.equal((await failure(endpoint.progress(request, progress.handle))).kind, 'malformed')
    })
})

held('the jenkins endpoint, reading logs', (current) => {
  it('reads the log from one X-Text-Size to the next (CONTRACTS §3)', async () => {
    const { endpoint, request, system } = current()
    system.set({ pieceOfLog: 7 })
    const { build, progress } = await begun(current())
    system.end(build)
    const { log } = ended(await endpoint.progress(request, progress.handle))
    assert.equal(log, 'restarting\r\nrestarted\r\n')
    const starts = system.requests
      .filter(({ path }) => path.endsWith('progressiveText'))
      .map(({ query }) => query['start'])
    assert.deepEqual(starts, ['0', '7', '14'])
  })

  it('stops where the next piece would start anew, and says that the log was not complete', async () => {
    const { endpoint, request, system } = current()
    const { build, progress } = await begun(current())
    system.end(build)
    const headers = { 'content-type': 'text/plain', 'x-more-data': 'true', 'x-text-size': '0' }
    system.faults.add({ fault: { status: 200, headers, body: 'once' }, match: requestTo('GET', /progressiveText/) })
    assert.equal(ended(await endpoint.progress(request, progress.handle)).log, 'once\n[the log was not complete]')
  })

  it('cuts a long log, and tells the outcome although the log cannot be read', async () => {
    const { endpoint, request, system } = current()
    system.job(job).log = `${'x'.repeat(99)}\n`.repeat(9000)
    const { build, progress } = await begun(current())
    system.end(build)
    const { log = '' } = ended(await endpoint.progress(request, progress.handle))
    assert.ok(Buffer.byteLength(log) <= 256 * 1024 && log.endsWith('cut here'))
    system.faults.add({ fault: 'html', match: requestTo('GET', /progressiveText/) })
    const again = ended(await endpoint.progress(request, progress.handle))
    assert.deepEqual([again.outcome, /could not be read/.test(again.log ?? '')], ['succeeded', true])
  })
})

held('the jenkins endpoint, comparing parameters', (current) => {
  for (const [what, declared, message] of [
    ['a parameter', parameters.filter(({ name }) => name !== 'worker'), /declare the parameter worker/],
    ['the key', parameters.filter(({ name }) => name !== 'RUNBOT_KEY'), /add a string parameter RUNBOT_KEY to the job/],
  ] as const)
    it(`cancels at once what was queued without ${what}, and says how to mend the job (P1, P12)`, async () => {
      const { endpoint, request, system } = current()
      system.redeclare(job, [...declared])
      const end = ended(await endpoint.launch(launchOf(request)))
      assert.equal(end.outcome, 'failed')
      assert.match(end.reason, /^cancelled in the queue before it began: /)
      assert.match(end.reason, message)
      assert.deepEqual([lastItem(current()).cancelled, system.effects.length], [true, 0])
    })

  it('cancels what was queued with another value', async () => {
    const { endpoint, request } = current()
    const launched = await endpoint.launch(launchOf(request))
    const taken = lastItem(current()).parameters.find(({ name }) => name === 'drain') ?? assert.fail()
    taken.value = true
    assert.match(
      ended(await endpoint.progress(request, launched.handle)).reason,
      /another value for the parameter drain/,
    )
  })

  it('stops a build that began with other parameters, and never calls it a success (P1)', async () => {
    const { endpoint, request, system } = current()
    const launched = await endpoint.launch(launchOf(request))
    const item = lastItem(current())
    item.parameters = item.parameters.filter(({ name }) => name !== 'worker')
    system.leave(item)
    const build = system.begin(item)
    const running = await endpoint.progress(request, launched.handle)
    assert.match(noted(running), /declare the parameter worker/)
    assert.equal(build.result, 'ABORTED')
    Object.assign(build, { result: 'SUCCESS' })
    const end = ended(await endpoint.progress(request, running.handle))
    assert.deepEqual([end.outcome, /but not as planned: .*worker/.test(end.reason)], ['failed', true])
  })

  it('stops a build with other parameters that it found by its key, once', async () => {
    const { endpoint, request, system } = current()
    const stops = requestTo('POST', /\/stop$/)
    const { build } = await begun(current())
    build.parameters = build.parameters.filter(({ name }) => name !== 'worker')
    system.faults.add({ fault: { status: 302, headers: { location: '.' } }, match: stops })
    const { handle } = (await endpoint.find(request, 'key-1')) ?? assert.fail()
    assert.equal((await endpoint.progress(request, handle)).state, 'running')
    assert.equal(system.requests.filter(stops).length, 1)
  })

  it('tries again to cancel where it could not be asked', async () => {
    const { endpoint, request, system } = current()
    system.redeclare(job, [key])
    system.faults.add({ fault: 'reset-before', match: requestTo('POST', '/queue/cancelItem') })
    const launched = await endpoint.launch(launchOf(request))
    assert.equal(launched.state, 'running')
    assert.match(ended(await endpoint.progress(request, launched.handle)).reason, /^cancelled in the queue/)
  })

  it('accepts a trimmed value, for the job declares it so', async () => {
    const { endpoint, request, system } = current()
    system.job(job).parameters = parameters.map((each) => (each.name === 'worker' ? { ...each, trim: true } : each))
    const padded = { ...request, with: { ...given, worker: ' w1\n' } }
    assert.equal((await endpoint.launch(launchOf(padded))).state, 'running')
    assert.equal(lastItem(current()).cancelled, false)
  })
})
