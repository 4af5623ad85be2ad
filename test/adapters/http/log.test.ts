// Owns the specification of the log: what it writes, and what never gets into it.
import assert from 'node:assert/strict'
import { createLog, type Log } from '../../../src/adapters/http/log.ts'
import { PortError } from '../../../src/ports/errors.ts'

const secrets = ['hunter-2-hunter', 'pass"with\\quotes\nand lines', 'p@ss word/1']

function capture(level = 'info', known: () => readonly string[] = () => secrets): { log: Log; lines: string[] } {
  const lines: string[] = []
  return { log: createLog({ level, secrets: known, stream: { write: (line) => void lines.push(line) } }), lines }
}
const parse = (line = ''): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>

describe('the log', () => {
  it('writes one JSON object a line with level, time, facts and message', () => {
    const { log, lines } = capture()
    log.info({ run: 'r1' }, 'run finished')
    const { level, time, run, msg, ...rest } = parse(lines[0])
    assert.deepEqual([level, run, msg, rest], ['info', 'r1', 'run finished', {}])
    assert.match(String(time), /^\d{4}-\d\d-\d\dT.*Z$/)
  })

  it('is quiet below its level', () => {
    const { log, lines } = capture('warn')
    log.info('nothing')
    assert.deepEqual(lines, [])
  })

  it('replaces what stands under a key that names a secret, at any depth and in child loggers', () => {
    const { log, lines } = capture()
    log.child({ password: 'a-value' }).info({
      request: { headers: [{ Authorization: 'a-value', 'x-sn-apikey': 'a-value' }] },
      client_secret: ['a-value'],
    })
    assert.ok(!lines[0]?.includes('a-value'))
    assert.equal(parse(lines[0])['password'], '[redacted]')
  })

  it('keeps counts and flags under such keys, and words that only contain one', () => {
    const { log, lines } = capture()
    log.info({ token: true, secrets: 3, tokens: 'five', signature: 'web-01' })
    const { token, secrets: count, tokens, signature } = parse(lines[0])
    assert.deepEqual([token, count, tokens, signature], [true, 3, 'five', 'web-01'])
  })

  it('replaces a known secret wherever it stands: message, key, value, error, escaped or encoded', () => {
    const { log, lines } = capture()
    for (const secret of secrets) {
      log.info({ [secret]: `x ${secret} y`, url: `https://a/?k=${encodeURIComponent(secret)}` }, `message ${secret}`)
      log.error({ err: new Error(`cannot use ${secret}`, { cause: new Error(secret) }) })
      log.child({ name: secret }).info({ header: Buffer.from(secret).toString('base64') })
    }
    const text = lines.join('')
    for (const secret of secrets) {
      const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), btoa(secret)]
      for (const form of forms) assert.ok(!text.includes(form), form)
    }
    for (const line of lines) assert.doesNotThrow(() => parse(line))
  })

  it('learns secrets that come later', () => {
    const known: string[] = []
    const { log, lines } = capture('info', () => known)
    log.info('later-secret')
    known.push('later-secret')
    log.info('later-secret')
    assert.deepEqual([parse(lines[0])['msg'], parse(lines[1])['msg']], ['later-secret', '[redacted]'])
  })

  it('replaces what looks like a credential although nobody named it', () => {
    const { log, lines } = capture()
    const jwt = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`
    log.info(`got Bearer abcdefghijkl, ${jwt}, whsec_${'A'.repeat(44)} and Basic dXNlcjpwYXNz`)
    assert.equal(parse(lines[0])['msg'], 'got [redacted], [redacted], [redacted] and [redacted]')
  })

  it('describes a port error by its kind and a bug with its stack, and prints no other property of either', () => {
    const { log, lines } = capture()
    const failed = Object.assign(new PortError('timeout', 'no answer'), { config: { url: 'https://inner' } })
    log.warn({ err: failed })
    assert.deepEqual(parse(lines[0])['err'], {
      name: 'PortError',
      message: 'no answer',
      kind: 'timeout',
      mayHaveHappened: false,
    })
    log.error({ err: Object.assign(new TypeError('oops'), { request: { url: 'https://inner' } }) })
    assert.match(JSON.stringify(parse(lines[1])['err']), /TypeError: oops.*log\.test\.ts/)
    assert.ok(!lines.join('').includes('https://inner'))
  })

  it('survives what refers to itself', () => {
    const { log, lines } = capture()
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    log.info(loop, 'loop')
    assert.equal(parse(lines[0])['msg'], 'loop')
  })
})
