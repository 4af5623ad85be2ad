// Owns the checks of what is translated: the same in every language, with every place, and nothing that nobody says.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { commandList } from '../../../src/app/chat/command-list.ts'
import { parseCommand } from '../../../src/app/chat/parse.ts'
import { german } from '../../../src/app/locale/de/german.ts'
import { spanish } from '../../../src/app/locale/es/spanish.ts'
import { patternOf } from '../../../src/app/locale/pattern.ts'
import { translator } from '../../../src/app/locale/translator.ts'
import { evaluate } from '../../../src/core/policy.ts'
import { type Excerpts, questionOf } from '../../policy/builder.ts'

const languages = { german, spanish }
const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** What a sentence is without its translation, as often as it is asked for. */
const missedBy = (
  catalogue: { readonly [english: string]: string },
  sentences: readonly string[],
): readonly string[] => {
  const to = translator(catalogue, (digits) => digits)
  return [...new Set(sentences)].filter((sentence) => to.text(sentence) === sentence)
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/\p{L}{2,}/gu) ?? []

describe('the catalogue', () => {
  for (const [name, catalogue] of Object.entries(languages)) {
    it(`has every place of each sentence in ${name}, and no other`, () => {
      const names = (text: string) =>
        patternOf(text)
          .places.map((place) => place.name)
          .toSorted()
          .join()
      const wrong = Object.entries(catalogue).filter(([english, text]) => names(english) !== names(text))
      assert.deepEqual(wrong, [])
    })

    it(`keeps in ${name} the white space that parts a sentence from what follows`, () => {
      const ends = (text: string) => [/^\s/.test(text), /\s$/.test(text)].join()
      // Where English has a word, the others begin with a comma.
      const wrong = Object.entries(catalogue).filter(
        ([english, text]) => english !== ' because ' && ends(english) !== ends(text),
      )
      assert.deepEqual(wrong, [])
    })
  }

  it('says each sentence once, in German and in Spanish', () => {
    assert.deepEqual(Object.keys(german).toSorted(), Object.keys(spanish).toSorted())
    for (const folder of ['de', 'es']) {
      const keys = globSync(`src/app/locale/${folder}/*.ts`, { cwd: root }).flatMap((path) =>
        [...read(path).matchAll(/^ {2}(?:(['"])(?<quoted>.*?)\1|(?<plain>\w+)):/gm)].map(
          ({ groups }) => groups?.['quoted'] ?? groups?.['plain'] ?? '',
        ),
      )
      assert.ok(keys.length >= Object.keys(german).length - 5, `${keys.length} keys in ${folder}`)
      assert.deepEqual(
        keys.filter((key, index) => keys.indexOf(key) !== index),
        [],
      )
    }
  })

  it('holds nothing that nobody says: all words of a sentence stand in one source file', () => {
    const sources = ['src/app', 'src/core', 'src/adapters/teams', 'src/adapters/planner']
      .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
      .filter((path) => !path.includes('/locale/'))
      .map((path) => new Set(wordsOf(read(path))))
    const dead = Object.keys(german).filter((english) => {
      const wanted = wordsOf(patternOf(english).literals.join(' '))
      return !sources.some((source) => wanted.every((word) => source.has(word)))
    })
    assert.deepEqual(dead, [])
  })

  it('has every line of the list of commands', () => {
    const lines = commandList.map(({ description }) => description)
    for (const catalogue of Object.values(languages)) assert.deepEqual(missedBy(catalogue, lines), [])
  })

  it('has every reason and every way out that policy gives in its cases (P12)', () => {
    const cases = globSync('test/policy/cases/*.json', { cwd: root }).flatMap(
      (path) => JSON.parse(read(path)) as readonly Excerpts[],
    )
    const sentences = cases.flatMap((each) => {
      const { because, guardrails } = evaluate(questionOf(each))
      return [...because, ...guardrails.flatMap(({ reason, fix }) => (fix === undefined ? [reason] : [reason, fix]))]
    })
    // A guardrail that only names the targets says nothing.
    const said = sentences.filter((sentence) => !/^web-0\d(, web-0\d)*$/.test(sentence))
    assert.ok(said.length > 1000, `${sentences.length}`)
    for (const catalogue of Object.values(languages)) assert.deepEqual(missedBy(catalogue, said), [])
  })

  it('has a translation for whatever is wrong with a typed line (P12)', () => {
    const lines = [
      ...commandList.flatMap(({ name }) => [name, `${name} a b c d e f`, `${name} "open`, `${name} x because`]),
      '',
      'nonsense',
      'approve',
      'INC0010001',
      'restart-iis',
      'x'.repeat(5000),
      'run restart-iis for web',
      'run restart-iis for INC0010001 for INC0010002',
      'run restart-iis a=1 a=2',
      'run restart-iis =x',
      'run restart-iis becuase x',
      `run restart-iis ${'x'.repeat(300)}`,
      `run restart-iis a=${'x'.repeat(1200)}`,
      'run nothing',
      'run INC0010001',
      'plan INC0010001 for INC0010001',
      'run restart-iis ""',
      'freeze because ""',
      `freeze because ${'x'.repeat(1200)}`,
      `run restart-iis ${'x '.repeat(150)}`,
      'freeze runbook:nothing because x',
      'freeze moon:x because x',
      'autonomy high',
      'autonomy auto nothing here',
      'report sometimes',
      `run restart-iis ${Array.from({ length: 60 }, (_, n) => `p${n}=1`).join(' ')}`,
    ]
    const refusals = lines.flatMap((line) => {
      const parsed = parseCommand(line, { runbooks: ['restart-iis'] })
      return parsed.ok ? [] : [parsed.reason]
    })
    assert.ok(refusals.length > 40, `${refusals.length}`)
    for (const catalogue of Object.values(languages)) assert.deepEqual(missedBy(catalogue, refusals), [])
  })
})
