// Owns the specification of what is a plain yes or no: whatever has to be guessed is no answer.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ownWords, plainAnswer } from '../../../src/adapters/servicenow/caller-answer.ts'

describe('a plain yes or no', () => {
  const all = (expected: boolean | undefined, comments: readonly string[]) => {
    const wrong = comments.filter((comment) => plainAnswer(comment) !== expected)
    assert.deepEqual(wrong, [])
  }

  it('is the word, in the languages that people use, whatever its case, accents and punctuation', () => {
    all(true, ['yes', 'YES', 'Yes.', ' yes!!! ', '"Yes"', '**Yes**', 'Ja', 'ja!', 'Oui', 'Sí', 'SI', 'sì', 'Sim.'])
    all(false, ['no', 'NO', 'No.', '“No”', 'Nein', 'non', 'Não', 'nao', 'nee', 'nej', 'Nei!'])
    all(true, ['si\u0301', 'ＹＥＳ', 'y\u200bes', 'yes yes', 'Yes, yes!'])
  })

  it('may have words beside it that say the same', () => {
    all(true, [
      'Yes, it works again. Thanks!',
      'yes it does',
      'Yes – working now',
      'Yes, all good',
      'Yes - it’s working',
    ])
    all(true, ['Ja, es geht wieder, danke', 'Oui, ça marche, merci', 'Sí, ya funciona. ¡Gracias!'])
    all(true, ['Sim, já funciona, obrigada'])
    all(false, ['No, still broken', 'No, it doesn’t work', 'no it still does not work'])
    all(false, ['No, not yet', 'No: the same error', 'Nein, immer noch nicht', 'Non, toujours pas', 'No, no funciona'])
    all(false, ['Não, ainda não'])
  })

  it('is not there where the words turn it round, or could', () => {
    all(undefined, [
      'no longer works',
      'No problem, it works',
      'No thanks',
      'No, it works',
      'no more errors',
      'No worries!',
    ])
    all(undefined, [
      'Yes, but slow',
      'Yes, still broken',
      'yes and no',
      'yes/no',
      'Yes or no?',
      'Yes?',
      'Yes, no',
      'No. Yes.',
    ])
    all(undefined, [
      'Yes, unfortunately',
      'Yes it is down again',
      'Ja, nein',
      'Sí, no funciona',
      'Oui, mais non',
      'yes :(',
    ])
    all(undefined, [
      'Not yet',
      'Nothing',
      'Now it works',
      'nope',
      'Yesterday',
      'Nobody knows',
      'Jawohl, kaputt',
      'It works',
    ])
    all(undefined, ['YES if web-01 works again, NO if not', 'Reply YES', '1. yes', '', '   ', '\n\n', '...'])
  })

  it('stands in the first line that is not empty, never in what an e-mail quotes', () => {
    all(true, ['\n\r\n  Yes\n', 'Yes\n\n> Does it work again? Reply NO if not', 'yes\r\nbut see my other ticket'])
    all(true, ['reply from: omar.reyes@corp.example\n\nYes, thanks\n\nOn Monday runbot wrote:\nNO'])
    all(false, ['Reply from: omar.reyes@corp.example\r\n\r\n\r\nNo\r\n'])
    all(undefined, [
      '> yes',
      '> yes\nno idea',
      'Hello,\nyes',
      'reply from: omar.reyes@corp.example yes',
      'reply from: a@b\n',
    ])
    all(undefined, ['reply from: a@corp.example\nreply from: b@corp.example\nyes'])
  })

  it('is not looked for in a long line or far down, and takes no time on hostile text', () => {
    all(undefined, [`yes, ${'thanks, '.repeat(20)}thanks`, `${'\n'.repeat(5000)}yes`, 'yes '.repeat(200_000)])
    all(undefined, [`yes${' '.repeat(100_000)}no`, `yes ${'- '.repeat(50_000)}`, '!'.repeat(100_000)])
  })

  it('is never made of text that does not begin with one of the words', () => {
    const begins = /^\P{L}*(yes|ja|oui|si|sim|no|nein|non|nao|nee|nej|nei)(?!\p{L})/u
    const fold = (text: string) =>
      text
        .normalize('NFKD')
        .replace(/[\p{M}\p{Cf}]/gu, '')
        .toLowerCase()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('yes', 'no', ' works', 'x', '\n'), (text, more) => {
        const comment = `${text}${more}`
        if (plainAnswer(comment) !== undefined) assert.match(fold(comment), begins)
      }),
    )
  })
})

describe('the words of an answer', () => {
  it('are its first paragraph, without quotes, hidden characters and the head of an e-mail', () => {
    const mail = 'reply from: a@corp.example\n\nYes,\u202e thanks\nGreat\u0007 work\n\n> quoted'
    assert.equal(ownWords(mail), 'Yes, thanks Great work')
    assert.equal(ownWords('No\n> Does it work?'), 'No')
  })

  it('are cut at 300 characters', () => {
    assert.equal([...ownWords(`Yes\n${'é🙂'.repeat(1000)}`)].length, 300)
  })
})
