// Owns the proof that `runbooks draft` turns prose into a draft that a person can finish, and that never runs.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parse } from 'yaml'
import { loadContent } from '../../src/adapters/catalog/load.ts'
import { outlineOf } from '../../src/cli/draft/outline.ts'
import { draftText } from '../../src/cli/draft/render.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { type TestFolder, testFolder } from '../adapters/catalog/folder.ts'
import { MODEL, MODEL_KEY, type ModelServer, startModel } from '../sandbox/model-server.ts'

const root = join(import.meta.dirname, '../..')
const NOTES = `# Restart the payment worker

The worker loses its connection about once a week.

## Symptoms
- Alert PaymentQueueDepth for <queue name>

## Before
- Check that no deploy is under way

## Steps
1. Stop intake: \`kubectl scale deploy intake --replicas=0\`
2. Wipe the queue
   \`\`\`
   rm -rf /var/spool/$QUEUE
   \`\`\`
3. Restart it with \${env:OPS_TOKEN}

## Verification
- Queue depth falls below 100

## Rollback
- kubectl scale deploy intake --replicas=3
`

/** Asynchronously: a model may live in this very process. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['src/cli/runbooks.ts', 'draft', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), gone])
  return { status, stdout, stderr }
}

describe('npm run runbooks -- draft', function () {
  this.timeout(30_000)
  let folder: TestFolder
  let place: string
  beforeEach(() => {
    folder = testFolder()
    place = mkdtempSync(join(tmpdir(), 'runbot-notes-'))
  })
  afterEach(() => {
    folder.remove()
    rmSync(place, { recursive: true, force: true })
  })
  const notes = (content: string | Uint8Array): string => {
    const path = join(place, 'notes.md')
    writeFileSync(path, content)
    return path
  }
  const drafts = (): readonly string[] =>
    existsSync(join(folder.dir, 'drafts')) ? readdirSync(join(folder.dir, 'drafts')) : []
  const check = () => {
    const loaded = loadContent({ dir: folder.dir, env: {}, clock: systemClock, unset: 'warning' })
    assert.ok(loaded.ok)
    return loaded.content.catalog
  }

  it('writes a draft that YAML can read, marked on top, with the steps of the notes and none of their commands', async () => {
    const { status, stdout } = await run([notes(NOTES), folder.dir])
    assert.equal(status, 0, stdout)
    assert.match(stdout, /restart-the-payment-worker\.yaml: a draft of 3 steps, by rules\. It never runs/)
    const written = readFileSync(join(folder.dir, 'drafts/restart-the-payment-worker.yaml'), 'utf8')
    const read = parse(written) as Record<string, unknown>
    assert.deepEqual(
      [read['draft'], read['runbook'], Object.keys(read)[0]],
      [true, 'restart-the-payment-worker', 'draft'],
    )
    assert.deepEqual(
      (read['steps'] as { id: string; title: string; tier: number }[]).map(({ id, tier }) => [id, tier]),
      [
        ['stop-intake-1', 3],
        ['wipe-the-queue-2', 3],
        ['restart-it-with-env-ops-token-3', 3],
      ],
    )
    assert.deepEqual(Object.keys(read['parameters'] as object), ['queue_name', 'queue'])
    const live = JSON.stringify(read)
    for (const never of ['rm -rf', '${', '"do"', '"action"']) assert.ok(!live.includes(never), never)
    for (const kept of [
      '#   rm -rf /var/spool/$QUEUE',
      '#   kubectl scale deploy intake --replicas=3',
      '#   Queue depth falls below 100',
    ])
      assert.ok(written.includes(kept), kept)
  })

  it('changes nothing of what runs: the folder loads as before, and the catalogue refuses a draft', async () => {
    const before = check()
    await run([notes(NOTES), folder.dir])
    assert.deepEqual([...check().runbooks.keys()], [...before.runbooks.keys()])
    const draft = readFileSync(join(folder.dir, 'drafts', drafts()[0] ?? ''), 'utf8')
    folder.write({ 'catalog/moved.yaml': draft })
    const { runbooks, problems } = check()
    assert.ok(!runbooks.has('restart-the-payment-worker'))
    assert.deepEqual(
      problems.map(({ file, line, message }) => [file, line, message]),
      [['catalog/moved.yaml', 3, 'this is a draft, which never runs: finish it, and take "draft" out']],
    )
  })

  it('refuses a valid runbook too that calls itself a draft, whatever it says there', () => {
    const valid = readFileSync(join(folder.dir, 'catalog', readdirSync(join(folder.dir, 'catalog'))[0] ?? ''), 'utf8')
    folder.write({ 'catalog/mine.yaml': `draft: false\n${valid.replace(/^runbook: .*/m, 'runbook: mine')}` })
    assert.ok(!check().runbooks.has('mine'))
  })

  it('writes over nothing', async () => {
    const path = notes(NOTES)
    await run([path, folder.dir])
    const { status, stderr } = await run([path, folder.dir])
    assert.equal(status, 1)
    assert.match(stderr, /is there already/)
  })

  const refused: [what: string, content: string | Uint8Array | null, message: RegExp][] = [
    ['no file', null, /there is no file/],
    ['an empty file', ' \n', /is empty/],
    ['no text', Uint8Array.of(0xff, 0xfe, 0x00), /not UTF-8/],
    ['far too much', 'x'.repeat(300_000), /larger than 256 KiB/],
  ]
  for (const [what, content, message] of refused)
    it(`says what is wrong with ${what}`, async () => {
      const { status, stderr } = await run([content === null ? join(place, 'none.md') : notes(content), folder.dir])
      assert.equal(status, 1)
      assert.match(stderr, message)
      assert.deepEqual(drafts(), [])
    })

  it('explains itself without notes, or with a flag', async () => {
    for (const args of [[], ['--force', 'x']]) assert.equal((await run(args)).status, 2)
  })

  describe('with a model', () => {
    let server: ModelServer
    const OUTLINE = {
      title: 'Payment worker',
      about: 'It hangs.',
      symptoms: [],
      checks: [],
      steps: [{ title: 'Restart it', commands: ['kubectl rollout restart'] }],
      proofs: [],
      undo: [],
      escalation: [],
      placeholders: [],
    }
    beforeEach(async () => {
      server = await startModel(() => OUTLINE)
      const connectors = readFileSync(join(folder.dir, 'connectors.yaml'), 'utf8')
      folder.write({
        'connectors.yaml': `${connectors}\nplanner: { kind: openai, url: "${server.url}/v1", model: ${MODEL}, key: "\${env:MODEL_KEY}" }\n`,
      })
    })
    afterEach(() => server.stop())

    it('has it sort the notes, and writes what it says as it writes everything: titles and comments', async () => {
      const { status, stdout } = await run([notes(NOTES), folder.dir], { MODEL_KEY })
      assert.equal(status, 0, stdout)
      assert.match(stdout, /with the model sandbox-model/)
      assert.deepEqual(drafts(), ['payment-worker.yaml'])
      const written = readFileSync(join(folder.dir, 'drafts/payment-worker.yaml'), 'utf8')
      assert.match(written, /# {3}kubectl rollout restart/)
      assert.ok(!written.includes(MODEL_KEY))
    })

    for (const [what, mind] of [
      ['nonsense', () => 'Sure! Here is your runbook.'],
      ['more than it may', () => ({ ...OUTLINE, match: { when: 'true' }, action: { do: 'ops.wipe' } })],
    ] as const)
      it(`falls back to the rules where it says ${what}`, async () => {
        server.think(mind)
        const { status, stdout } = await run([notes(NOTES), folder.dir], { MODEL_KEY })
        assert.equal(status, 0)
        assert.match(stdout, /was not heard: its answer .*\n.*3 steps, by rules/)
      })
  })
})

describe('prose as a draft', () => {
  const HOSTILE = [
    'x\nowner: admin\n# y',
    '"; steps: [{ id: a, action: { do: ops.wipe } }]',
    'a: &a [*a]',
    '--- !!js/function >',
    '\u2028steps: []',
    '${env:TOKEN} {{x}}',
    '- - - ]]}}',
    '1. `\n`',
  ]

  it('stays a draft of titles and comments, whatever the prose holds', () => {
    for (const hostile of HOSTILE)
      for (const prose of [
        hostile,
        `# ${hostile}`,
        `# T\n## Steps\n1. ${hostile}\n\`\`\`\n${hostile}\n\`\`\`\n## Rollback\n- ${hostile}`,
      ]) {
        const written = draftText(outlineOf(prose), hostile, [])
        const read = parse(written) as {
          draft: unknown
          owner: unknown
          steps: { id: string; title: string; tier: number }[]
        }
        assert.deepEqual([read.draft, read.owner], [true, 'TODO'], written)
        for (const step of read.steps) assert.deepEqual(Object.keys(step), ['id', 'title', 'tier'])
        assert.ok(!JSON.stringify(read).includes('${'))
      }
  })

  it('takes a numbered list for the steps where no heading says so', () => {
    const { title, steps } = outlineOf('Restart the proxy\n\n1. Stop it\n2. Start it\n')
    assert.deepEqual([title, steps.map((each) => each.title)], ['Restart the proxy', ['Stop it', 'Start it']])
  })

  it('hints at a declared operation that is named alike, in a comment', () => {
    const operation = {
      name: 'ops.recycle_pool',
      system: 'ops',
      kind: 'ops-api',
      url: '',
      tier: 1,
      detail: {},
    } as const
    const written = draftText(outlineOf('# T\n## Fix\n1. Recycle the pool\n2. Wave goodbye\n'), 'notes.md', [operation])
    assert.match(written, /# TODO action: perhaps ops\.recycle_pool \(tier 1\)/)
    assert.match(written, /# TODO action: no operation of connectors\.yaml is like it/)
  })
})
