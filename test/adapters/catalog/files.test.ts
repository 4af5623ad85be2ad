// Owns the proof that changed files are read again, and that broken ones change nothing.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidFiles, type WatchOptions, watchFiles } from '../../../src/adapters/catalog/files.ts'
import { changed, clock, GOVERNANCE, RUNBOOK, type TestFolder, testFolder } from './folder.ts'

describe('watched files', () => {
  let folder: TestFolder
  const closing: (() => void)[] = []
  beforeEach(() => {
    folder = testFolder()
  })
  afterEach(() => {
    for (const close of closing.splice(0)) close()
    folder.remove()
  })

  const watched = (options: Partial<WatchOptions> = {}) => {
    const heard = new EventEmitter()
    const files = watchFiles({
      dir: folder.dir,
      env: { OPS_TOKEN: 'x' },
      clock,
      onProblem: (problems) => heard.emit('problem', problems),
      debounceMs: 10,
      pollMs: 20,
      ...options,
    })
    closing.push(files.close)
    const stop = files.onChange((content) => heard.emit('change', content))
    return { files, heard, stop }
  }

  it('tell their listeners about a change, and have it', async () => {
    const { files, heard } = watched()
    const before = files.current().version
    const told = once(heard, 'change')
    folder.write({ 'catalog/mend-it.yaml': changed(RUNBOOK, 'Mend it', 'Mend it well') })
    const [content] = await told
    assert.equal(content, files.current())
    assert.equal(files.current().catalog.runbooks.get('mend-it')?.title, 'Mend it well')
    assert.notEqual(files.current().version, before)
  })

  it('keep the old content when governance.yaml breaks, say so, and go on when it is mended', async () => {
    const { files, heard } = watched()
    const before = files.current()
    const problem = once(heard, 'problem')
    folder.write({ 'governance.yaml': changed(GOVERNANCE, 'expires: 30m', 'expires: soon') })
    const [problems] = await problem
    assert.deepEqual(
      problems.map(({ file, line, column }: { file: string; line: number; column: number }) => [file, line, column]),
      [['governance.yaml', 15, 39]],
    )
    assert.equal(files.current(), before)
    const told = once(heard, 'change')
    folder.write({ 'governance.yaml': changed(GOVERNANCE, 'expires: 30m', 'expires: 45m') })
    await told
    assert.equal(files.current().governance.rules['one']?.expiresMs, 2_700_000)
  })

  it('turn off a runbook that broke, and keep the rest', async () => {
    const { files, heard } = watched()
    const told = once(heard, 'change')
    folder.write({ 'catalog/mend-it.yaml': 'runbook: mend-it\n' })
    await told
    assert.equal(files.current().catalog.runbooks.size, 0)
    assert.equal(files.current().catalog.problems.length, 3)
  })

  it('do not tell of a change that changes nothing', async () => {
    const { heard, files } = watched()
    let told = 0
    heard.on('change', () => told++)
    folder.write({ 'README.md': 'no part of the content' })
    folder.write({ 'catalog/mend-it.yaml': RUNBOOK })
    await sleep(100)
    assert.equal(told, 0)
    const change = once(heard, 'change')
    folder.write({ 'catalog/other.yaml': changed(RUNBOOK, 'runbook: mend-it', 'runbook: other') })
    await change
    assert.deepEqual([told, files.current().catalog.runbooks.size], [1, 2])
  })

  it('go on for the others when a listener throws, and say so', async () => {
    const { files, heard } = watched()
    files.onChange(() => {
      throw new Error('a bug')
    })
    const last = new Promise((resolve) => files.onChange(resolve))
    const problem = once(heard, 'problem')
    folder.write({ 'catalog/mend-it.yaml': changed(RUNBOOK, 'Mend it', 'Mend it well') })
    const [[problems], content] = await Promise.all([problem, last])
    assert.equal(problems[0].message, 'cannot be taken over: a bug')
    assert.equal(content, files.current())
  })

  it('survive the loss of the whole folder', async () => {
    const { heard, files } = watched()
    const before = files.current()
    const problem = once(heard, 'problem')
    folder.remove()
    await problem
    assert.equal(files.current(), before)
  })

  it('refuse to start with invalid files, naming every problem without a stack', () => {
    folder.write({ 'governance.yaml': 'governance: 2\n' })
    assert.throws(
      () => watched(),
      (error) => error instanceof InvalidFiles && /^governance\.yaml:1:13 expected 1, got 2$/m.test(error.message),
    )
  })
})
