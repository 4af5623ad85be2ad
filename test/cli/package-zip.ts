// Owns a reading of a zip that shares no code with its writer: by its central directory, every byte accounted for.
import assert from 'node:assert/strict'
import { crc32, inflateRawSync } from 'node:zlib'

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50]
const ENDS = 22

/**
 * What a whole zip holds, by name and in order (APPNOTE.TXT 6.3.10, 4.3). Asserts that each local header says what the
 * directory says, that every checksum holds, and that nothing lies before, between or behind the entries.
 */
export function unzipped(zip: Buffer): ReadonlyMap<string, Buffer> {
  const end = zip.length - ENDS
  assert.equal(zip.readUInt32LE(end), END, 'the end record, without a comment')
  assert.deepEqual([zip.readUInt32LE(end + 4), zip.readUInt16LE(end + 20)], [0, 0], 'one disk, no comment')
  const count = zip.readUInt16LE(end + 10)
  assert.equal(zip.readUInt16LE(end + 8), count)
  const [length, start] = [zip.readUInt32LE(end + 12), zip.readUInt32LE(end + 16)]
  assert.equal(start + length, end, 'the directory ends where the end record begins')
  const files = new Map<string, Buffer>()
  let [at, data] = [start, 0]
  for (let each = 0; each < count; each += 1) {
    assert.equal(zip.readUInt32LE(at), CENTRAL)
    const nameLength = zip.readUInt16LE(at + 28)
    assert.deepEqual([zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)], [0, 0], 'no extra field, no comment')
    assert.equal(zip.readUInt32LE(at + 42), data, 'entries follow each other without a gap')
    // Version needed to name length: flags, method, time, date, checksum and sizes.
    assert.deepEqual(zip.subarray(data + 4, data + 30), zip.subarray(at + 6, at + 32), 'the local header')
    assert.equal(zip.readUInt32LE(data), LOCAL)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    assert.equal(zip.toString('utf8', data + 30, data + 30 + nameLength), name)
    assert.ok(!files.has(name), `${name} is there twice`)
    assert.equal(zip.readUInt16LE(at + 8) & ~0x0800, 0, 'no encryption, no data descriptor')
    const [method, packed] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)]
    const bytes = zip.subarray(data + 30 + nameLength, data + 30 + nameLength + packed)
    assert.ok(method === 0 || method === 8)
    const content = method === 8 ? inflateRawSync(bytes) : Buffer.from(bytes)
    assert.equal(content.length, zip.readUInt32LE(at + 24))
    assert.equal(crc32(content), zip.readUInt32LE(at + 16), `the checksum of ${name}`)
    files.set(name, content)
    data += 30 + nameLength + packed
    at += 46 + nameLength
  }
  assert.equal(data, start, 'nothing lies between the last entry and the directory')
  assert.equal(at, end)
  return files
}
