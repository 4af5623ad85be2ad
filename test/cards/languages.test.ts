// Owns the checks of every card in German and Spanish: nothing of ours left in English, nothing else changed.
import assert from 'node:assert/strict'
import { german } from '../../src/app/locale/de/german.ts'
import { spanish } from '../../src/app/locale/es/spanish.ts'
import { translator } from '../../src/app/locale/translator.ts'
import { heardIn, inVoice, withVoice } from '../../src/app/locale/voice.ts'
import { helpReply } from '../../src/app/views/help.ts'
import { runCard, runCardView } from '../../src/app/views/run-card.ts'
import { threadReply } from '../../src/app/views/thread.ts'
import { isObject, type Json } from '../../src/core/values.ts'
import { eventOf, everyType } from '../app/views/events.ts'
import { actions, assertCard, bytes, objects, texts } from './check.ts'
import { run } from './fixtures.ts'
import { everyLook, render } from './gallery.ts'

const catalogues = { de: german, es: spanish } as const

/** Sentences that the fixtures made up where a run has recorded ones; those are checked with the catalogue. */
const madeUp = [
  /^class (elevated-error-rate; ci\.class is|is not disk-full)/,
  /^Web Platform/,
  /^(prod is allowed|CHG0030001 is open until|no pci tag|nothing is frozen|CI lock|no other run on web-01|not needed)/,
  /^(tier 1 in prod needs one approver|change requests could not be read|a VIP is affected|you asked for it)/,
  /^(glass broken|change freeze for the sale|recycle-pool did not fail|status was 503|shop\.corp\.example answers)/,
  /^(recycle-pool failed on web-01|recycle-pool failed|the verification failed, the pool|the pool does not start)/,
  /^(nobody knows whether|the change window is closed|no change is open on|open a change in state)/,
  /^(Kim Lee: not during|nobody decided within|shadow: this would have asked|access denied|Web \d\d|result\.)/,
  /^(the alarm was raised|shadow: |the CMDB does not answer|done$)/,
]
const isMadeUp = (text: string): boolean => text.length > 400 || madeUp.some((each) => each.test(text))

/** What a client reads besides texts: which elements there are, what they carry back, how they look. */
function bones(json: Json): Json {
  if (Array.isArray(json)) return json.map(bones)
  if (!isObject(json)) return json
  const kept = Object.entries(json).filter(
    ([key]) => !['text', 'title', 'label', 'placeholder', 'legend', 'xAxisTitle'].includes(key),
  )
  return Object.fromEntries(kept.map(([key, value]) => [key, bones(value)]))
}

for (const [locale, catalogue] of Object.entries(catalogues) as [keyof typeof catalogues, typeof german][]) {
  describe(`every card in ${locale}`, () => {
    for (const [name, make] of Object.entries(everyLook)) {
      const card = (): Json => {
        const { run: of, context } = make()
        return heardIn(locale, runCard(render, of, context)).card
      }

      it(`${name} is a valid card below 25 KB`, () => {
        assertCard(card())
        const size = bytes(card())
        assert.ok(size <= 25_000, `${size} bytes`)
      })

      it(`${name} carries back what the English one does`, () => {
        const { run: of, context } = make()
        const english = runCard(render, of, context).card
        const carried = (of_: Json) =>
          actions(of_, 'Action.Execute').map(({ verb, data, style }) => JSON.stringify([verb, data, style]))
        assert.deepEqual(carried(card()), carried(english))
        const inputs = (of_: Json) =>
          objects(of_)
            .filter(({ type }) => typeof type === 'string' && type.startsWith('Input.'))
            .map(({ id, value }) => [id, value])
        assert.deepEqual(inputs(card()), inputs(english))
        // A card that is shortened to fit may be shortened elsewhere in a longer language.
        if (bytes(english) < 20_000 && bytes(card()) < 20_000) assert.deepEqual(bones(card()), bones(english))
      })

      it(`${name} leaves nothing of ours in English`, () => {
        const missed: string[] = []
        const to = translator(
          catalogue,
          (digits) => digits,
          (text) => missed.push(text),
        )
        const { run: of, context } = make()
        const shown = withVoice({ locale, translator: to }, () => texts(render('run', runCardView(of, context))))
        assert.deepEqual(
          missed.filter((text) => !isMadeUp(text)),
          [],
        )
        if (name.startsWith('hostile')) return
        const words = /\b(the|is|are|was|has|not|and|will|with|approval|approved|waiting|running|done)\b/
        const outside = new Set(texts(render('run', runCardView(of, context))))
        const left = shown.filter((text) => words.test(text) && !outside.has(text) && !/[äöüßáéíóúñ]/i.test(text))
        assert.deepEqual(
          left.filter((text) => !quotesFixture(text)),
          [],
        )
      })
    }

    it('help explains every command, and the commands stay as they are typed', () => {
      const [english, other] = [helpReply(render), heardIn(locale, helpReply(render))].map(({ card }) => texts(card))
      const mono = (all: readonly string[] = []) => all.filter((text) => /^[a-z]+( [<[]|$)/.test(text))
      assert.deepEqual(mono(other), mono(english))
      const prose = (all: readonly string[] = []) => all.filter((text) => text.startsWith('  '))
      assert.equal(prose(other).length, prose(english).length)
      assert.deepEqual(
        prose(other).filter((text) => prose(english).includes(text)),
        [],
      )
    })

    it('the thread speaks it, whatever happens', () => {
      const missed: string[] = []
      const to = translator(
        catalogue,
        (digits) => digits,
        (text) => missed.push(text),
      )
      for (const type of everyType)
        withVoice({ locale, translator: to }, () => threadReply(run(), eventOf(type), { approvers: 'one of web' }))
      assert.deepEqual(
        missed.filter((text) => !isMadeUp(text)),
        [],
      )
      const approved = inVoice(locale, () => threadReply(run(), eventOf('approved'), { approvers: '' }))
      assert.match(approved?.text ?? '', locale === 'de' ? /hat freigegeben.*go$/ : /aprobó.*go$/)
    })
  })
}

/** A sentence of ours around one that a fixture made up in English. */
const quotesFixture = (text: string): boolean =>
  /no answer|checkout is down|status was 503|on web-\d\d|"|\/\//.test(text)
