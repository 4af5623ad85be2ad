// Owns the specification of the places of checkpoints: written once and whole, read again, and clear about what is wrong.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anchorPlace } from '../../../src/adapters/anchors/anchors.ts'
import { blobAnchors } from '../../../src/adapters/anchors/blob.ts'
import { fileAnchors } from '../../../src/adapters/anchors/file.ts'
import type { AnchorPlace } from '../../../src/ports/anchors.ts'
import { isPortError, type PortErrorKind } from '../../../src/ports/errors.ts'
import { type BlobService, blobService } from './blob-service.ts'

const everything = async (place: AnchorPlace) => {
  const found: { n: number; text: string }[] = []
  for await (const file of place.all()) found.push(file)
  return found.toSorted((a, b) => a.n - b.n)
}
const fails = (work: Promise<unknown>, kind: PortErrorKind, says: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(isPortError(error, kind), String(error))
    assert.match(error.message, says)
    return true
  })

/** What every place does. */
function keeps(make: () => AnchorPlace): void {
  it('keeps a text for good: what is there already stays as it is (P4)', async () => {
    const place = make()
    assert.equal(await place.write(1, 'first'), 'written')
    assert.equal(await place.write(1, 'other'), 'taken')
    assert.equal(await place.read(1), 'first')
  })

  it('has nothing where nothing was written', async () => {
    const place = make()
    assert.deepEqual([await place.read(1), await everything(place)], [undefined, []])
  })

  it('gives everything back, however much, also umlauts', async () => {
    const place = make()
    const texts = Array.from({ length: 21 }, (_, index) => ({ n: index + 1, text: `checkpoint ü ${index}` }))
    for (const { n, text } of texts) await place.write(n, text)
    assert.deepEqual(await everything(place), texts)
  })

  it('lets one of many win that write at once', async () => {
    const place = make()
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => place.write(7, `by ${index}`)))
    assert.equal(results.filter((result) => result === 'written').length, 1)
    assert.equal(await place.read(7), `by ${results.indexOf('written')}`)
  })
}

describe('anchors in a directory', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runbot-anchors-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  keeps(() => fileAnchors(join(folder, 'made', 'when needed')))

  it('are files that nobody writes again, with nothing left beside them', async () => {
    const place = await anchorPlace({ kind: 'file', dir: folder })
    await place.write(3, 'x')
    await place.write(3, 'y')
    assert.deepEqual(readdirSync(folder), ['checkpoint-0000000003.json'])
    assert.equal(statSync(join(folder, 'checkpoint-0000000003.json')).mode & 0o222, 0)
  })

  it('leave out what is no checkpoint, and show two of one number', async () => {
    const place = fileAnchors(folder)
    await place.write(3, 'x')
    for (const name of ['checkpoint-3.json', 'notes.txt', '.draft', 'checkpoint-0.json'])
      writeFileSync(join(folder, name), 'y')
    assert.deepEqual(
      (await everything(place)).map(({ n }) => n),
      [3, 3],
    )
  })

  it('say what is wrong with a directory that is none (P12)', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    await fails(fileAnchors(file).write(1, 'x'), 'unavailable', /of AUDIT_ANCHORS cannot be used \((EEXIST|ENOTDIR)\)$/)
  })
})

describe('anchors in a blob container', () => {
  let service: BlobService
  beforeEach(async () => {
    service = await blobService()
  })
  afterEach(() => service.stop())
  keeps(() => blobAnchors({ url: service.url }))

  it('may lie in a folder of it, beside those of another runbot', async () => {
    const [one, two] = [blobAnchors({ url: `${service.url}/prod` }), blobAnchors({ url: `${service.url}/test` })]
    await one.write(1, 'prod')
    await two.write(1, 'test')
    assert.deepEqual([...service.blobs.keys()], ['prod/checkpoint-0000000001.json', 'test/checkpoint-0000000001.json'])
    assert.deepEqual(await everything(one), [{ n: 1, text: 'prod' }])
  })

  it('are tried again where the service is busy, or the answer is lost; then the blob is there (P4)', async () => {
    const place = blobAnchors({ url: service.url })
    service.next(503)
    assert.equal(await place.write(1, 'x'), 'written')
    service.next('lost')
    assert.equal(await place.write(2, 'y'), 'taken')
    assert.equal(await place.read(2), 'y')
  })

  const faults: readonly (readonly [number, PortErrorKind, RegExp])[] = [
    [
      403,
      'denied',
      /refuses \(403, AuthorizationPermissionMismatch\): give the identity .* Storage Blob Data Contributor/,
    ],
    [404, 'notFound', /is not there, or not what was asked for \(404/],
    [503, 'unavailable', /cannot be used \(503, ServerBusy\)/],
  ]
  for (const [status, kind, says] of faults)
    it(`say what ${status} means, and what helps (P12)`, async () => {
      service.always(status)
      const place = blobAnchors({ url: service.url })
      await fails(place.write(1, 'x'), kind, says)
      await fails(everything(place), kind, says)
    })

  it('give up on a service that says nothing', async () => {
    service.next('silent', 'silent', 'silent', 'silent')
    const place = blobAnchors({ url: service.url, tryMs: 5_000, callMs: 300 })
    await fails(place.write(1, 'x'), 'timeout', /gives no answer in time$/)
  })

  it('give up at once when runbot leaves', async () => {
    const leaving = new AbortController()
    service.next('silent')
    const writing = blobAnchors({ url: service.url }).write(1, 'x', leaving.signal)
    leaving.abort()
    await fails(writing, 'unavailable', /it was aborted$/)
  })

  it('say that nothing listens there', async () => {
    const gone = await blobService()
    await gone.stop()
    await fails(blobAnchors({ url: gone.url, callMs: 5_000 }).write(1, 'x'), 'unavailable', /cannot be used/)
  })
})
