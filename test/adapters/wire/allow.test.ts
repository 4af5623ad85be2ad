import assert from 'node:assert/strict'
import { allowList, isAllowEntry, isInward, originOf } from '../../../src/adapters/wire/allow.ts'
import { outwardLookup } from '../../../src/adapters/wire/lookup.ts'
import { PortError } from '../../../src/ports/errors.ts'

const allowed = allowList([
  'https://ops.example.com',
  'https://*.corp.example',
  'http://127.0.0.1:8080',
  'http://[::1]:9/',
])

describe('the allow list', () => {
  for (const url of [
    'https://ops.example.com',
    'https://ops.example.com:443/v1/runs?a=b@c#d',
    'HTTPS://OPS.EXAMPLE.COM/',
    'https://web.corp.example/health',
    'https://a.b.corp.example/',
    'http://127.0.0.1:8080/x',
    'http://[::1]:9/x',
  ])
    it(`lets ${url} through`, () => assert.equal(allowed(url).ok, true))

  for (const [why, urls] of Object.entries({
    'another host': ['https://example.com', 'https://ops.example.com.evil.test', 'https://evilcorp.example'],
    'the domain of a pattern itself': ['https://corp.example', 'https://.corp.example', 'https://a..corp.example'],
    'another scheme': ['http://ops.example.com', 'ftp://ops.example.com', 'file:///etc/passwd', '//ops.example.com'],
    'another port': ['https://ops.example.com:8443', 'http://127.0.0.1', 'http://127.0.0.1:80801'],
    userinfo: ['https://ops.example.com@evil.test', 'https://u:p@ops.example.com', 'https://@ops.example.com'],
    'a backslash': [
      'https://ops.example.com\\@evil.test',
      'https:\\\\ops.example.com',
      'https://evil.test\\.corp.example',
    ],
    'white space': [
      ' https://ops.example.com',
      'https://ops.example.com\n',
      'https://ops.exa\tmple.com',
      'https://ops.example.com/a b',
    ],
    'an odd encoding': [
      'https://ops%2eexample.com',
      'https://evil.test%2f.corp.example',
      'https://ops。example.com',
      'https://ⓞps.example.com',
    ],
    'a trailing dot': ['https://ops.example.com.', 'https://web.corp.example.'],
    'loopback that is not listed': [
      'http://localhost:8080',
      'http://127.0.0.2:8080',
      'http://[::ffff:127.0.0.1]:8080',
      'https://localhost',
    ],
    'an address in disguise': [
      'http://127.1:8080',
      'http://2130706433:8080',
      'http://0x7f.0.0.1:8080',
      'http://0177.0.0.1:8080',
    ],
    nonsense: ['', 'https://', 'https://?', 'javascript:alert(1)', 'https:ops.example.com', 'https:///ops.example.com'],
  }))
    it(`refuses ${why}`, () => {
      for (const url of urls) assert.equal(allowed(url).ok, false, url)
    })

  it('lets no address and no localhost name through a pattern', () => {
    const wide = allowList(['http://*.localhost', 'http://*.internal'])
    for (const url of ['http://127.0.0.1', 'http://a.localhost', 'http://localhost'])
      assert.equal(wide(url).ok, false, url)
    assert.equal(wide('http://a.internal').ok, true)
  })

  it('says whether the origin itself is listed', () => {
    const [exact, pattern] = [allowed('https://ops.example.com/x'), allowed('https://web.corp.example')]
    assert.equal(exact.ok && exact.exact, true)
    assert.equal(pattern.ok && pattern.exact, false)
  })

  it('refuses an entry that is not an origin', () => {
    for (const entry of [
      'ops.example.com',
      'https://x.example/path',
      'https://u@x.example',
      '*',
      'https://*',
      'https://a.*.b',
      'http://*.1',
    ])
      assert.throws(() => allowList([entry]), /is not an origin/, entry)
    assert.equal(isAllowEntry('https://x.example/path'), false)
    assert.equal(isAllowEntry('https://*.x.example'), true)
  })

  it('reads the origin of a URL', () => {
    assert.equal(originOf('https://ops.example.com:443/api/'), 'https://ops.example.com')
    assert.equal(originOf('https://u:p@ops.example.com'), undefined)
  })

  it('knows the addresses that no outside name should lead to', () => {
    for (const address of [
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '169.254.169.254',
      '::1',
      '::',
      'fe80::1',
      '::ffff:127.0.0.1',
      'x',
    ])
      assert.equal(isInward(address), true, address)
    for (const address of ['10.0.0.1', '192.168.1.1', '93.184.216.34', '2001:db8::1'])
      assert.equal(isInward(address), false, address)
  })
})

describe('resolving a name that a pattern let in', () => {
  const resolved = (name: string, ...addresses: string[]) => {
    const lookup = outwardLookup('web.corp.example', (_name, _options, found) =>
      found(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      ),
    )
    return new Promise<unknown>((resolve) => lookup(name, {}, (error, found) => resolve(error ?? found)))
  }

  it('refuses one that leads into this machine (DESIGN §9)', async () => {
    for (const address of ['127.0.0.1', '169.254.169.254', '::1']) {
      const error = await resolved('web.corp.example', '10.0.0.1', address)
      assert.ok(error instanceof PortError && error.kind === 'denied')
    }
  })

  it('lets any other through, and a proxy wherever it is', async () => {
    assert.deepEqual(await resolved('web.corp.example', '10.0.0.1'), ['10.0.0.1'])
    assert.deepEqual(await resolved('localhost', '127.0.0.1'), ['127.0.0.1'])
  })
})
