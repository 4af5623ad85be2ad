import assert from 'node:assert/strict'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Fault, requestTo } from '../../sandbox/faults.ts'
import { begun, ended, held, job, lastItem, parameters, queuedByOther, type World } from './jenkins-setup.ts'

held('the jenkins endpoint, finding by key', (current) => {
  const queues = requestTo('GET', '/queue/api/json')

  it('asks the queue once more where neither it nor the builds showed the key (CONTRACTS §3)', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    system.faults.add({ fault: { status: 200, body: { items: [] } }, match: queues })
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, handle)
    assert.equal(system.requests.filter(queues).length, 2)
  })

  it('finds the build that an item became between the two looks (P3)', async () => {
    const { endpoint, request, system } = current()
    await endpoint.launch(launchOf(request))
    const item = lastItem(current())
    // The build begins after the queue has been read.
    const begins = (call: Parameters<typeof queues>[0]) => {
      if (!(call.query['tree'] ?? '').startsWith('builds')) return false
      system.leave(item)
      system.begin(item)
      return false
    }
    system.faults.add({ fault: 'html', match: begins })
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'build/1/key-1')
  })

  it('finds a build that began when neither the queue nor the builds showed it (P3)', async () => {
    const { endpoint, request, system } = current()
    await endpoint.launch(launchOf(request))
    const item = lastItem(current())
    system.leave(item)
    // The last question before it is called unknown.
    const begins = (call: Parameters<typeof queues>[0]) => {
      if ((call.query['tree'] ?? '').startsWith('property') && !item.build) system.begin(item)
      return false
    }
    system.faults.add({ fault: 'html', match: begins })
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'build/1/key-1')
  })

  it('finds a build, and not the rebuild that copied its key (P3)', async () => {
    const { endpoint, request, system } = current()
    const { build } = await begun(current())
    const copy = system.enqueue(system.job(job), build.parameters)
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'build/1/key-1')
    system.leave(copy)
    system.begin(copy)
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'build/1/key-1')
  })

  it('finds a build behind many newer ones (CONTRACTS §3: allBuilds)', async () => {
    const { endpoint, request, system } = current()
    await begun(current())
    more(current(), 120)
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'build/1/key-1')
    assert.ok(system.requests.some(({ query }) => query['tree']?.startsWith('allBuilds')))
  })

  it('finds a build behind 1000 newer ones', async () => {
    const { endpoint, request } = current()
    await begun(current())
    more(current(), 1000)
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'build/1/key-1')
  })

  it('cannot tell where Jenkins has thrown builds away lately: its own may be among them (P3)', async () => {
    const { endpoint, request, system } = current()
    system.job(job).keep = 10
    await begun(current())
    more(current(), 9)
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'build/1/key-1')
    more(current(), 1)
    const error = await failure(endpoint.find(request, 'key-1'))
    assert.deepEqual([error.kind, /Discard old builds/.test(error.message)], ['malformed', true])
  })

  it('cannot tell where a person has deleted builds lately, the newest or all of them (P3)', async () => {
    const { endpoint, request, system } = current()
    more(current(), 3)
    const { builds } = system.job(job)
    for (let left = builds.length; left > 0; left--) {
      builds.shift()
      assert.equal((await failure(endpoint.find(request, 'key-1'))).kind, 'malformed')
    }
  })

  it('believes "no such key" where what was thrown away is older than any launch still looked up', async () => {
    const { endpoint, request, system } = current()
    system.job(job).keep = 2
    more(current(), 5)
    for (const build of system.job(job).builds) build.timestamp -= 25 * 3_600_000
    assert.equal(await endpoint.find(request, 'key-1'), undefined)
    more(current(), 1)
    assert.equal(await endpoint.find(request, 'key-1'), undefined)
  })

  it('says that it cannot tell where there are too many builds to look at (P5)', async () => {
    const { endpoint, request } = current()
    more(current(), 1200)
    assert.match((await failure(endpoint.find(request, 'key-1'))).message, /older ones were not searched/)
  })

  it('never takes "not found" for "not started" where the job does not declare the key (P3)', async () => {
    const { endpoint, request, system } = current()
    system.job(job).parameters = parameters.filter(({ name }) => name !== 'RUNBOT_KEY')
    const error = await failure(endpoint.find(request, 'key-1'))
    assert.match(error.message, /cannot be told.*add a string parameter RUNBOT_KEY/)
  })

  for (const tree of ['items', 'builds', 'property'])
    it(`never takes half an answer about ${tree} for "no such key" (P3)`, async () => {
      const { endpoint, request, system } = current()
      const match = (call: { query: Record<string, string> }) => (call.query['tree'] ?? '').startsWith(tree)
      for (const fault of [{ status: 200, body: {} }, { status: 404 }, 'html'] as Fault[]) {
        system.faults.add({ fault, match })
        if (tree === 'property' && typeof fault === 'object' && 'body' in fault)
          assert.match((await failure(endpoint.find(request, 'key-1'))).message, /does not declare/)
        else await failure(endpoint.find(request, 'key-1'))
      }
    })
})

/** Builds of other people. */
function more(world: World, count: number): void {
  for (let each = 0; each < count; each++) {
    const item = queuedByOther(world)
    world.system.leave(item)
    world.system.begin(item)
  }
}

held('the jenkins endpoint, cancelling', (current) => {
  const cancels = requestTo('POST', '/queue/cancelItem')
  const stops = requestTo('POST', /\/stop$/)

  it('cancels a queued item, and then it has ended (P11)', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    await endpoint.cancel(request, handle)
    assert.match(ended(await endpoint.progress(request, handle)).reason, /^cancelled/)
    await endpoint.cancel(request, handle)
    assert.equal(system.requests.filter(cancels).length, 1)
  })

  it('stops a running build, whose end only its result tells (P11)', async () => {
    const { endpoint, request, system } = current()
    const { build, progress } = await begun(current())
    system.faults.add({ fault: { status: 302, headers: { location: '.' } }, match: stops })
    await endpoint.cancel(request, progress.handle)
    assert.equal((await endpoint.progress(request, progress.handle)).state, 'running')
    await endpoint.cancel(request, progress.handle)
    assert.match(ended(await endpoint.progress(request, progress.handle)).reason, /ABORTED/)
    assert.equal(build.result, 'ABORTED')
    await endpoint.cancel(request, progress.handle)
    assert.equal(system.requests.filter(stops).length, 2)
  })

  for (const status of [500, 404])
    it(`stops the build of an item that left the queue just then, told by a ${status} (CONTRACTS §3)`, async () => {
      const { endpoint, request, system } = current()
      const { handle } = await endpoint.launch(launchOf(request))
      const item = lastItem(current())
      const leaving = (call: Parameters<typeof cancels>[0]) => {
        if (!cancels(call)) return false
        system.leave(item)
        system.begin(item)
        if (status === 404) system.forget()
        return true
      }
      system.faults.add({ fault: { status }, match: leaving })
      await endpoint.cancel(request, handle)
      assert.equal(item.build?.result, 'ABORTED')
    })

  it('says so where the item left the queue and its build does not show yet', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    system.leave(lastItem(current()))
    assert.equal((await failure(endpoint.cancel(request, handle))).kind, 'unavailable')
    system.forget()
    assert.equal((await failure(endpoint.cancel(request, handle))).kind, 'notFound')
  })

  it('stops the build that shows a moment after the item left the queue', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    const item = lastItem(current())
    system.leave(item)
    let read = 0
    const begins = (call: Parameters<typeof cancels>[0]) => {
      // It shows at the second look.
      if (call.path.startsWith('/queue/item/') && ++read === 2) system.begin(item)
      return false
    }
    system.faults.add({ fault: 'html', match: begins })
    await endpoint.cancel(request, handle)
    assert.equal(item.build?.result, 'ABORTED')
  })

  it('never takes a 500 for a cancel while the item is still queued', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    system.faults.add({ fault: { status: 500 }, match: cancels })
    assert.equal((await failure(endpoint.cancel(request, handle))).kind, 'unavailable')
  })

  for (const [location, asked] of [
    ['.', true],
    ['http://jenkins.internal:8080/queue/', true],
    ['/login?from=%2Fqueue', false],
    ['https://sso.example/queue-of-people', false],
  ] as const)
    it(`${asked ? 'takes' : 'does not take'} a redirect to ${location} for a cancel, as servers before 2020 answered`, async () => {
      const { endpoint, request, system } = current()
      const { handle } = await endpoint.launch(launchOf(request))
      system.faults.add({ fault: { status: 302, headers: { location } }, commit: asked, match: cancels })
      const cancelled = endpoint.cancel(request, handle).then(() => true)
      assert.equal(await cancelled.catch(() => false), asked)
      assert.equal(lastItem(current()).cancelled, asked)
    })

  it('says which permission is missing (P12)', async () => {
    const { endpoint, request, system } = current()
    system.set({ mayCancel: false })
    const { handle } = await endpoint.launch(launchOf(request))
    const error = await failure(endpoint.cancel(request, handle))
    assert.equal(error.kind, 'denied')
    assert.match(error.message, /Job\/Cancel/)
    system.leave(lastItem(current()))
    system.begin(lastItem(current()))
    assert.equal((await failure(endpoint.cancel(request, handle))).kind, 'denied')
  })
})
