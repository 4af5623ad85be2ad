// Owns the proof that a sentence finds its translation, and that outside text in it stays as it is, whatever it looks like.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { german } from '../../../src/app/locale/de/german.ts'
import { spanish } from '../../../src/app/locale/es/spanish.ts'
import { localeOf } from '../../../src/app/locale/locales.ts'
import { matched, patternOf } from '../../../src/app/locale/pattern.ts'
import { translator } from '../../../src/app/locale/translator.ts'
import { heardIn, inVoice, say, spoken, voiced } from '../../../src/app/locale/voice.ts'
import { quoted } from '../../../src/app/views/text-run.ts'
import { attacks } from '../../cards/fixtures.ts'

const catalogue = {
  Approve: 'Freigeben',
  'you are not in {groups}': 'Sie sind nicht in {groups}',
  'you are not in {groups}, nor in {others}': 'Sie sind weder in {groups} noch in {others}',
  'Not done: {reason:message}.': 'Nicht ausgeführt: {reason}.',
  '{n:number} users': '{n} Benutzer',
}
const to = translator(catalogue, (digits) => new Intl.NumberFormat('de').format(Number(digits)))

/** Everything that could be taken for a sentence of ours. */
const ours = fc.constantFrom(
  ...Object.keys(german).map((key) => key.replaceAll(/\{(\w+)(?::\w+)?\}/g, '$1')),
  ...attacks,
)
const hostile = fc.oneof(
  ours,
  fc.tuple(ours, ours).map(([a, b]) => `${a}; ${b}`),
  fc.string({ unit: 'grapheme' }),
)

describe('a translation', () => {
  it('is found for a whole sentence, with what stands in its places', () => {
    assert.equal(to.text('Approve'), 'Freigeben')
    assert.equal(to.text('you are not in web-platform'), 'Sie sind nicht in web-platform')
    assert.equal(to.text('you are not in a, nor in b'), 'Sie sind weder in a noch in b')
    assert.equal(to.text('so you are not in a'), 'so you are not in a')
  })

  it('reaches into places that hold a sentence of ours, and into no others', () => {
    assert.equal(to.text('Not done: you are not in a.'), 'Nicht ausgeführt: Sie sind nicht in a.')
    assert.equal(to.text('Not done: Approve.'), 'Nicht ausgeführt: Freigeben.')
    assert.equal(to.text('you are not in Approve'), 'Sie sind nicht in Approve')
  })

  it('writes numbers as its readers do, and takes nothing else for a number', () => {
    assert.equal(to.text('12000 users'), '12.000 Benutzer')
    assert.equal(to.text('many users'), 'many users')
  })

  it('is found for each of several sentences, and a semicolon of an outside text parts nothing', () => {
    assert.equal(to.text('Approve; you are not in a'), 'Freigeben; Sie sind nicht in a')
    assert.equal(to.text('you are not in a; b'), 'Sie sind nicht in a; b')
  })

  it('tries nothing twice on a long hostile text', () => {
    const pattern = patternOf('{a} of {b} of {c} of {d}.')
    assert.equal(matched(pattern, ' of '.repeat(50_000)), null)
  })

  for (const [name, catalogueOf] of Object.entries({ german, spanish }))
    it(`leaves outside text in a view's words as it is (${name}) (P9)`, () => {
      const words = voiced({
        asked: (who: string) => `${who} asks for this`,
        inHand: (who: string, time: string) => `${who} has it in hand since ${time}`,
      })
      const { asked, inHand } = {
        asked: catalogueOf['{name} asks for this'],
        inHand: catalogueOf['{name} has it in hand since {time}'],
      }
      fc.assert(
        fc.property(hostile, hostile, (who, time) => {
          fc.pre(!/[\ue000\ue001]/.test(who + time) && who !== '' && time !== '')
          inVoice(name === 'german' ? 'de' : 'es', () => {
            assert.equal(
              words.asked(who),
              asked.replace('{name}', () => who),
            )
            assert.equal(
              words.inHand(who, time),
              inHand.replace('{name}', () => who).replace('{time}', () => time),
            )
          })
        }),
      )
    })

  it('is never looked for where a card quotes outside text (P9)', () => {
    const caps = { text: (max: number) => max, list: (max: number) => max }
    fc.assert(
      fc.property(hostile, (text) => {
        const [english, deutsch] = (['en', 'de'] as const).map((locale) =>
          inVoice(locale, () => quoted(text, 200, caps)),
        )
        assert.deepEqual(deutsch, english)
      }),
    )
  })
})

describe('the voice', () => {
  const words = voiced({ stop: 'Stop', inner: { run: 'Run ' } })

  it('speaks English unless told otherwise, and again afterwards', () => {
    assert.equal(words.stop, 'Stop')
    assert.equal(
      inVoice('de', () => `${words.inner.run}${words.stop}`),
      'Lauf Stopp',
    )
    assert.throws(() =>
      inVoice('de', () => {
        throw new Error('a bug')
      }),
    )
    assert.equal(say('Stop'), 'Stop')
  })

  it('makes a message again in the language of whoever hears it', () => {
    const message = spoken(() => ({ text: words.stop }))
    assert.deepEqual(
      (['en', 'de', 'es'] as const).map((locale) => heardIn(locale, message).text),
      ['Stop', 'Stopp', 'Detener'],
    )
    assert.deepEqual(heardIn('de', { text: 'Stop' }), { text: 'Stop' })
  })
})

describe("a client's language", () => {
  for (const [tag, locale] of [
    ['de-AT', 'de'],
    ['DE', 'de'],
    ['es-419', 'es'],
    ['en_GB', 'en'],
    ['den', undefined],
    ['fr-FR', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ] as const)
    it(`${tag === '' ? 'nothing' : tag} means ${locale ?? 'none that runbot speaks'}`, () =>
      assert.equal(localeOf(tag), locale))
})
