// Owns the specs of `npm run doctor` as a program: a healthy installation, and each fault in turn with its one line.
import assert from 'node:assert/strict'
import { microsoft } from './faults-microsoft.ts'
import { doors, own } from './faults-own.ts'
import { serviceNow } from './faults-servicenow.ts'
import { systems } from './faults-systems.ts'
import { findingsOf, inProcess, openScene, type Scene, typed } from './scene.ts'

const faults = [
  ['of its own', own],
  ['at Microsoft', microsoft],
  ['of the doors', doors],
  ['of ServiceNow', serviceNow],
  ['of the systems', systems],
] as const

describe('npm run doctor', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene()
  })
  after(async () => scene.stop())

  const says = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    typed(args, { ...scene.env, ...env }, scene.place.dir)

  /** The values of the environment that nobody may read in an output. */
  const secrets = (env: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(env).flatMap(([name, value]) =>
      /SECRET|TOKEN|PASSWORD|Password|_KEY$/.test(name) && value ? [value] : [],
    )

  it('finds nothing wrong with an installation that works, and says what it did not try', async () => {
    const { code, out, err } = await says([])
    assert.equal(err, '')
    assert.deepEqual(
      out.split('\n').filter((line) => /^(FAILED|warn)/.test(line)),
      [],
    )
    assert.match(out, /^ok {6}bot credential: .+\.$/m)
    assert.match(out, /^skipped ServiceNow work note: not tried, for it changes a record: --write INC… /m)
    assert.match(out, /\n\d+ ok, 0 to look at, 0 failed, 2 skipped\n$/)
    assert.equal(code, 0)
  })

  it('changes nothing: no job, no run, no note, and one declined event however often it comes', async () => {
    const writes = () => {
      const { servicenow, ops } = scene.world
      const servers = [servicenow, ops, scene.awx, scene.jenkins, scene.rundeck, scene.azure]
      return servers.flatMap(({ requests }) =>
        requests.filter(({ method, path }) => method !== 'GET' && path !== '/oauth_token.do'),
      )
    }
    const before = writes().length
    const metric = async (): Promise<string> => {
      const text = await (await fetch(`${scene.runbot.url}/metrics`)).text()
      return (text.match(/^runbot_intake_events_total\{.*result="accepted".*$/gm) ?? []).join('\n')
    }
    const taken = await metric()
    assert.equal((await says([])).code, 0)
    assert.equal(writes().length, before)
    assert.equal(await metric(), taken)
    assert.notEqual(taken, '')
  })

  it('writes a work note where a person names the incident', async () => {
    const [incident] = scene.world.servicenow.rows('incident')
    const { code, out } = await says(['--write', incident?.number ?? ''])
    assert.match(
      out,
      new RegExp(`^ok {6}ServiceNow work note: a work note was written to ${incident?.number}\\.$`, 'm'),
    )
    assert.match(scene.world.servicenow.notes(incident?.sys_id ?? '').at(-1) ?? '', /^\[runbot doctor#[0-9a-f]{8}\]/)
    assert.equal(code, 0)
  })

  it('ends with 1 where something failed, after a line that says what to do', async () => {
    const { code, out } = await says([], { MicrosoftAppPassword: 'not-the-secret' })
    assert.equal(code, 1)
    const [line, ...more] = out.split('\n').filter((each) => each.startsWith('FAILED'))
    assert.deepEqual(more, [])
    const mend = 'Mend: set MicrosoftAppPassword to the value of the secret, not to its id.'
    assert.equal(line, `FAILED  bot credential: the client secret is wrong (AADSTS7000215). ${mend}`)
  })

  it('refuses an option that it does not have', async () => {
    const { code, err } = await says(['--mend'])
    assert.equal(code, 1)
    assert.match(err, /^usage: npm run doctor/)
  })

  it('skips what is not set up, and the doors where no runbot runs', async () => {
    const unset = ['PUBLIC_URL', 'SERVICENOW_URL', 'SERVICENOW_CLIENT_ID', 'SERVICENOW_CLIENT_SECRET']
    const { out } = await says(['--json'], { ...Object.fromEntries(unset.map((name) => [name, ''])), PORT: '1' })
    const skipped = (JSON.parse(out) as { findings: { check: string; state: string }[] }).findings.filter(
      ({ state }) => state === 'skipped',
    )
    const names = skipped.map(({ check }) => check)
    for (const name of ['local door', 'webhook', 'ServiceNow login']) assert(names.includes(name), name)
  })

  for (const [title, all] of faults)
    describe(`tells faults ${title} apart:`, () => {
      for (const { what, inject, check, says: sentence, mend, worth } of all)
        it(what, async () => {
          const { env = {}, args = [], undo } = await inject(scene)
          try {
            const ran = await inProcess(['--json', ...args], { ...scene.env, ...env })
            const found = findingsOf(ran).filter(({ state }) => state === 'FAILED' || state === 'warn')
            assert.deepEqual(
              found.map((each) => [each.check, each.state]),
              [[check, worth ? 'warn' : 'FAILED']],
              ran.out,
            )
            assert.match(found[0]?.says ?? '', sentence)
            assert.match(found[0]?.mend ?? '', mend)
            assert.equal(ran.code, worth ? 0 : 1)
            for (const secret of secrets({ ...scene.env, ...env }))
              assert(!`${ran.out}${ran.err}`.includes(secret), 'a secret is printed')
          } finally {
            await undo?.()
          }
        })
    })
})
