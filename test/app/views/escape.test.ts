// Owns the checks of how outside text is made harmless, for cards, for chat and for ServiceNow.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { clean, literal, markdown, orDash, plain } from '../../../src/app/views/escape.ts'

/** What a person sees: the gaps that part characters take no room. */
const seen = (text: string): string => text.replace(/[\u2060\u200b]/g, '')
const hostile = fc.array(
  fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '&',
    '{',
    '}',
    '$',
    '*',
    '_',
    '/',
    ':',
    'www',
    '.',
    'at',
    'code',
    'runbot',
    '@',
    '\n',
    '\u202e',
    '\u200b',
    '\u0000',
    '`',
    '\\',
    '-',
    '🔥',
    ' ',
  ),
  { maxLength: 60 },
)

describe('outside text, cleaned', () => {
  it('is one line without control, direction-changing or invisible characters', () => {
    const text = clean(
      'a\r\nb\tc\u2028d \u0007\u001b[0m\u007f \u202eexe\u202c \u2066x\u2069 z\u200b\u200d\ufeffero \u{e0041}\u00ad',
      200,
    )
    assert.equal(text, 'a b c d ␇␛[0m␡ \ufffdexe\ufffd \ufffdx\ufffd zero')
  })

  it('has an end: at most so many characters, an ellipsis for the rest, no character cut in half', () => {
    assert.equal(clean('🔥'.repeat(10), 4), '🔥🔥🔥…')
    assert.equal([...clean('x'.repeat(1_000_000), 100)].length, 100)
    assert.equal(clean('\ud83d', 10), '\ufffd')
  })

  it('thins marks that pile up over other lines', () => {
    assert.equal(clean(`a${'\u0301'.repeat(50)}`, 100), `a${'\u0301'.repeat(3)}`)
  })
})

describe('outside text on a card', () => {
  it('reads as it was written', () => {
    for (const text of ['**bold** [a](https://x.example) <at>Bob</at>', '${x} {{DATE(1)}} $data &lt; www.x.example'])
      assert.equal(seen(literal(text, 200)), text)
  })

  it('holds nothing that a client could act on, whatever it is made of', () => {
    fc.assert(
      fc.property(hostile, (parts) => {
        const text = literal(parts.join(''), 300)
        assert.doesNotMatch(text, /\/\/|\]\(|\{\{|www\.|<[a-z/!?]|&[#a-z]|[\p{Cc}\p{Bidi_Control}]/iu)
        assert.ok([...seen(text)].length <= 300)
      }),
    )
  })

  it('lets a word break that is wider than a phone', () => {
    assert.ok(
      literal('x'.repeat(60), 100)
        .split('\u200b')
        .every((part) => part.length <= 24),
    )
    assert.equal(literal('web-01.corp.example', 100), 'web-01.corp.example')
  })
})

describe('outside text in a chat message', () => {
  it('escapes markdown and HTML, and keeps links and mentions inert', () => {
    assert.equal(
      markdown('**a** _b_ `c` ~d~ #e |f| {g} \\h', 200),
      '\\*\\*a\\*\\* \\_b\\_ \\`c\\` \\~d\\~ \\#e \\|f\\| \\{g\\} \\\\h',
    )
    assert.equal(markdown('<at>Bob</at> & <b>', 200), '&lt;at&gt;Bob&lt;/at&gt; &amp; &lt;b&gt;')
    assert.doesNotMatch(
      markdown('[x](https://evil.example) https://evil.example www.evil.example', 200),
      /\/\/|\]\(|www\./,
    )
  })

  it('cannot begin a list, a quote or a heading', () => {
    for (const text of ['- a', '+ a', '1. a', '12) a', '=== a', '> a', '# a'])
      assert.doesNotMatch(markdown(text, 50), /^[-+=>#\d]/)
  })

  it('is never unescaped, whatever it is made of', () => {
    fc.assert(
      fc.property(hostile, (parts) => {
        const text = markdown(parts.join(''), 300)
        assert.doesNotMatch(text.replace(/\\[\\`*_~[\]{}|#]/g, ''), /[`*_~[\]{}|<>\\]/)
      }),
    )
  })
})

describe('outside text in a work note', () => {
  it('cannot make ServiceNow render HTML or notify people', () => {
    const text = plain('[code]<img src=x onerror=alert(1)>[/code] [ CODE ] [\u200bcode] @[0a2b:Kim]', 200)
    assert.equal(text, '(code]<img src=x onerror=alert(1)>(/code] ( CODE ] (code] @ [0a2b:Kim]')
  })

  it('cannot forge the marker by which a note counts as written (P6)', () => {
    assert.equal(plain('[runbot r-1#7] [Runbot r', 200), '(runbot r-1#7] (Runbot r')
    fc.assert(
      fc.property(hostile, (parts) => {
        assert.doesNotMatch(plain(parts.join(''), 300), /\[\s*\/?\s*(code|runbot)|@\[|\n/i)
      }),
    )
  })
})

describe('an empty value in a list of facts', () => {
  it('is a dash that Teams does not turn into a bullet', () => {
    assert.deepEqual(['', ' ', '-', ' - ', 'a-b', '--'].map(orDash), ['—', '—', '—', '—', 'a-b', '--'])
  })
})
