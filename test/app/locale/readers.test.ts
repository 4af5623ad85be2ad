// Owns the proof of who reads which language: what their client says, kept for later, and the default elsewhere.
import assert from 'node:assert/strict'
import { memoryStore } from '../../../src/adapters/store/memory.ts'
import type { Deps } from '../../../src/app/deps.ts'
import { heardFrom, localeFor, sharedLocale } from '../../../src/app/locale/readers.ts'
import type { Locale } from '../../../src/core/governance.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { person } from '../../cards/fixtures.ts'

const ana = person('Ana Ruiz', '0A2B0000-0000-4000-8000-00000000000A')

function setUp(locale?: Locale, store = memoryStore({ clock: { now: () => 0 } })) {
  const governance = locale === undefined ? {} : { locale }
  return { store, files: { current: () => ({ governance }) }, log: { debug() {} } } as unknown as Deps
}

describe('who reads which language', () => {
  it('answers a person in the language of their client, and remembers it for what is sent later', async () => {
    const deps = setUp()
    assert.equal(await heardFrom(deps, { person: ana, locale: 'de-AT' }), 'de')
    assert.equal(await localeFor(deps, ana.id.toLowerCase()), 'de')
    assert.equal(await heardFrom(deps, { person: ana }), 'de')
    assert.equal(await heardFrom(deps, { person: ana, locale: 'es-MX' }), 'es')
    assert.equal(await localeFor(deps, ana.id), 'es')
  })

  it('answers in the default where the client speaks another language, and forgets what it spoke before', async () => {
    const deps = setUp('es')
    assert.equal(await heardFrom(deps, { person: ana, locale: 'de' }), 'de')
    assert.equal(await heardFrom(deps, { person: ana, locale: 'fr-FR' }), 'es')
    assert.equal(await localeFor(deps, ana.id), 'es')
    assert.deepEqual(await deps.store.all('reader'), [])
  })

  it('keeps nothing of a person who reads the default', async () => {
    const deps = setUp()
    await heardFrom(deps, { person: ana, locale: 'en-US' })
    assert.deepEqual(await deps.store.all('reader'), [])
  })

  it('writes a shared thread in the default of governance.yaml, else in English', () => {
    assert.equal(sharedLocale(setUp('de')), 'de')
    assert.equal(sharedLocale(setUp()), 'en')
  })

  it('keeps nobody waiting for their language while the store is down', async () => {
    const down = async () => {
      throw new PortError('unavailable', 'the store does not answer')
    }
    const deps = setUp('de', { get: down, put: down, remove: down } as never)
    assert.equal(await heardFrom(deps, { person: ana, locale: 'es' }), 'es')
    assert.equal(await localeFor(deps, ana.id), 'de')
  })
})
