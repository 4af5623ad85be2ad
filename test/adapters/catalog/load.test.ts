// Owns the proof that the files become the content that they describe, with their defaults, and that examples are accepted.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadContent } from '../../../src/adapters/catalog/load.ts'
import { checkScenarios } from '../../../src/adapters/catalog/scenarios.ts'
import { CONNECTORS, changed, clock, GOVERNANCE, NOW, RUNBOOK, testFolder } from './folder.ts'

const whsec = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`
const env = new Proxy(
  {},
  {
    get: (_, name) => (name === 'OPS_CALLBACK_SECRET' ? whsec(1) : `${String(name)}-value`),
    getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: '' }),
  },
)

const load = (files: Parameters<typeof testFolder>[0] = {}) => {
  const folder = testFolder(files)
  const loaded = folder.load()
  folder.remove()
  assert.ok(loaded.ok)
  return loaded.content
}
const runbook = (text = RUNBOOK) => {
  const { catalog } = load({ 'catalog/mend-it.yaml': text })
  assert.deepEqual(catalog.problems, [])
  const found = catalog.runbooks.get('mend-it')
  assert.ok(found)
  return found
}

describe('loading a runbooks folder', () => {
  it('accepts the published examples, every key of them', () => {
    const dir = join(import.meta.dirname, 'fixtures')
    const loaded = loadContent({ dir, env, clock })
    assert.ok(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.problems))
    const { catalog, governance, systems, servicenow, inbound, warnings } = loaded.content
    assert.deepEqual(catalog.problems, [])
    assert.deepEqual([...catalog.runbooks.keys()], ['restart-iis'])
    assert.deepEqual(Object.keys(systems), ['ops', 'http', 'awx', 'jenkins', 'prometheus'])
    assert.deepEqual(systems['jenkins']?.auth, { basic: ['JENKINS_USER-value', 'JENKINS_TOKEN-value'] })
    assert.deepEqual(systems['ops']?.callbackSecrets, [whsec(1)])
    assert.deepEqual(catalog.operations.get('awx.recycle_pool')?.detail, {
      template: 'Recycle app pool++Default',
      limit: '${target}',
      correlate: 'extra_vars',
    })
    assert.deepEqual(servicenow.failed, { state: '2', assign: 'Web Platform L2' })
    assert.deepEqual(Object.keys(inbound), ['alertmanager', 'grafana', 'pagerduty', 'azure-monitor'])
    assert.deepEqual(governance.rules['two-approvers']?.lines, [
      { from: ['owner'], quorum: 1 },
      { from: ['change-managers'], quorum: 1 },
    ])
    assert.equal(governance.rules['two-approvers'].remindMs, 900_000)
    assert.deepEqual(governance.matrix['prod']?.[3], { kind: 'people-only' })
    assert.equal(governance.freezes[0]?.calendar.at(Date.parse('2026-12-25T00:00:00Z')).open, false)
    assert.equal(governance.defaultChannel, '19:0000000000000000@thread.tacv2')
    assert.deepEqual(
      warnings.map((warning) => (warning as { message: string }).message),
      [
        'there is no runbook "print-spooler-ladder" in the catalogue',
        'there is no runbook "restart-vpn-client" in the catalogue',
      ],
    )
    assert.deepEqual(checkScenarios(dir, loaded.content), { files: 1, problems: [] })
  })

  it('accepts the files of this project', () => {
    const dir = join(import.meta.dirname, '../../../runbooks')
    const urls = {
      OPS_URL: 'http://127.0.0.1:4002',
      SITE_URL: 'http://127.0.0.1:4003',
      PROMETHEUS_URL: 'http://127.0.0.1:4004',
    }
    const loaded = loadContent({
      dir,
      env: { ...urls, OPS_TOKEN: 'a', OPS_CALLBACK_SECRET: `${whsec(1)} ${whsec(2)}` },
      clock,
    })
    assert.ok(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.problems))
    const { catalog, systems, warnings } = loaded.content
    assert.deepEqual([catalog.problems, warnings], [[], []])
    assert.equal(catalog.operations.get('ops.diagnostics')?.url, urls.OPS_URL)
    assert.deepEqual(systems['http']?.allow, ['https://*.corp.example', urls.SITE_URL])
    assert.deepEqual(systems['ops']?.callbackSecrets, [whsec(1), whsec(2)])
    const scenarios = readdirSync(join(dir, 'scenarios')).length
    assert.deepEqual(checkScenarios(dir, loaded.content), { files: scenarios, problems: [] })
  })

  it('takes the default of a variable that is not set, and the variable where it is', () => {
    const at = (set: Record<string, string>) => {
      const loaded = loadContent({ dir: 'runbooks', env: set, clock, unset: 'warning' })
      assert.ok(loaded.ok)
      return loaded.content.systems['prometheus']?.url
    }
    assert.equal(at({}), 'http://127.0.0.1:9090')
    assert.equal(at({ PROMETHEUS_URL: 'https://metrics.example.com' }), 'https://metrics.example.com')
  })

  it('fills in the defaults of a runbook', () => {
    const { targets, onSuccess, onFailure, steps, limits, evidence, authors } = runbook()
    assert.equal(targets.from.source, '[ci.name]')
    assert.deepEqual(
      { ...targets, from: null },
      { from: null, max: 1, waves: [{ percent: 100 }], stopAfterFailures: 1, concurrency: 1 },
    )
    assert.deepEqual(onSuccess, { resolve: true, resolveJoined: false })
    assert.deepEqual(onFailure, { rollback: 'step' })
    assert.deepEqual([limits, evidence, authors], [{ reopenWithinMs: 86_400_000 }, [], undefined])
    const { preflight, action, verify } = steps[0] ?? {}
    assert.deepEqual([preflight?.timeoutMs, preflight?.withinMs], [60_000, 0])
    assert.equal(action?.timeoutMs, 300_000)
    assert.deepEqual([verify?.everyMs, verify?.holdMs, verify?.withinMs], [5000, 0, 120_000])
  })

  it('compiles what it read', () => {
    const { steps, parameters } = runbook()
    const scope = { ci: { name: 'web-01' }, target: 'web-01', parameters: { pool: 'shop' } }
    assert.deepEqual(steps[0]?.action?.with.render(scope), { ok: true, value: { host: 'web-01', pool: 'shop' } })
    assert.deepEqual(steps[0]?.preflight?.expect?.evaluate({ result: { state: 'Started' } }), { ok: true, value: true })
    assert.deepEqual(steps[1]?.when?.evaluate({ steps: { mend: { failed: true } } }), { ok: true, value: true })
    assert.equal(parameters['pool']?.pattern?.matches('shop'), true)
  })

  it('hashes what a file says, not how it is laid out', () => {
    const base = runbook().content
    assert.match(base, /^[0-9a-f]{64}$/)
    assert.equal(
      runbook(`# a comment\n${changed(RUNBOOK, 'title: Mend it\nowner: web', 'owner: "web"\ntitle:   Mend it')}`)
        .content,
      base,
    )
    assert.notEqual(runbook(changed(RUNBOOK, 'title: Mend it', 'title: Mend it!')).content, base)
  })

  it('has another version when any file that counts has other bytes', () => {
    const version = load().version
    assert.equal(load().version, version)
    assert.notEqual(load({ 'catalog/mend-it.yaml': `${RUNBOOK}# x\n` }).version, version)
    assert.notEqual(load({ 'connectors.yaml': `${CONNECTORS}# x\n` }).version, version)
    assert.equal(load({ 'scenarios/a.yaml': 'no part of it', 'README.md': 'neither' }).version, version)
  })

  it('takes the authors from provenance.yaml by content hash (P10)', () => {
    const { content } = runbook()
    const author = '0A2B0000-0000-4000-8000-00000000000B'
    const known = load({ 'provenance.yaml': `${content}: [${author}]\n` })
    assert.deepEqual(known.catalog.runbooks.get('mend-it')?.authors, [author.toLowerCase()])
    const other = load({ 'provenance.yaml': `${'0'.repeat(64)}: [${author}]\n` })
    assert.equal(other.catalog.runbooks.get('mend-it')?.authors, undefined)
  })

  it('turns off an invalid runbook and keeps the others', () => {
    const { catalog } = load({ 'catalog/broken.yaml': 'runbook: broken\n' })
    assert.deepEqual([...catalog.runbooks.keys()], ['mend-it'])
    assert.deepEqual(
      catalog.problems.map(({ file, message }) => `${file} ${message}`),
      ['title', 'owner', 'steps'].map(
        (key) => `catalog/broken.yaml "${key}" is missing: expected ${key === 'steps' ? 'a list' : 'text'}`,
      ),
    )
    assert.equal(catalog.loadedAt, NOW)
  })

  it('does not load with an invalid governance.yaml or connectors.yaml, and names the problems of all files', () => {
    const folder = testFolder({
      'governance.yaml': changed(GOVERNANCE, 'defaultRule: one\n', ''),
      'connectors.yaml': changed(CONNECTORS, 'tier: 2', 'tier: 9'),
      'catalog/mend-it.yaml': changed(RUNBOOK, 'tier: 2', 'tier: 9'),
    })
    const loaded = folder.load()
    folder.remove()
    assert.ok(!loaded.ok)
    assert.deepEqual(
      loaded.problems.map(({ file, line }) => `${file}:${line}`),
      ['catalog/mend-it.yaml:15', 'connectors.yaml:13', 'governance.yaml:1'],
    )
  })
})
