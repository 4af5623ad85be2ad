// Owns whether a comment is a plain yes or no: a few words in a few languages, and nothing that has to be guessed.
import { plainText } from '../wire/text.ts'

/** Accents are folded, so that `si` is `sí` and `nao` is `não`. */
const words = {
  yes: ['yes', 'ja', 'oui', 'si', 'sim'],
  no: ['no', 'nein', 'non', 'nao', 'nee', 'nej', 'nei'],
}

const phrases = (...all: readonly string[]): RegExp => new RegExp(`^(?:${all.join('|')})$`)

/**
 * What may stand beside the word because it says the same. A list of what is understood, not of what is forbidden:
 * "yes, unfortunately", "no thanks" and "no longer works" are for people to read.
 */
const beside = {
  yes: phrases(
    '(?:many )?thanks(?: a lot)?|thank you(?: very much)?|it does|it is|all good(?: now)?',
    "(?:(?:it|everything|all) )?works(?: fine)?(?: again)?(?: now)?|(?:it is |it's )?working(?: fine)?(?: again)?(?: now)?",
    'danke(?: schon)?|vielen dank|(?:(?:es|alles) )?(?:geht|lauft|funktioniert)(?: jetzt)?(?: wieder)?',
    'merci(?: beaucoup)?|(?:(?:ca|tout) )?(?:re)?(?:marche|fonctionne)(?: a nouveau)?(?: maintenant)?',
    '(?:muchas )?gracias|(?:(?:ya|todo) )?funciona(?: de nuevo| otra vez)?(?: ahora)?',
    '(?:muito )?obrigad[oa]|(?:(?:ja|tudo) )?funciona(?: de novo)?(?: agora)?',
  ),
  no: phrases(
    "(?:it )?(?:still )?(?:does not|doesn't|doesnt) work(?: yet)?|(?:it is |it's )?(?:still )?not working(?: yet)?",
    "it (?:does not|doesn't|is not|isn't)|(?:it is |it's )?still (?:broken|down|failing|the same)|not yet|sorry",
    '(?:still )?the same (?:problem|issue|error)',
    '(?:es )?(?:geht|lauft|funktioniert)(?: immer)?(?: noch)? nicht|(?:immer )?noch nicht|leider nicht',
    'toujours pas|pas encore|(?:ca )?ne (?:marche|fonctionne)(?: toujours)? pas',
    'todavia no(?: funciona)?|aun no(?: funciona)?|no funciona|sigue sin funcionar',
    'ainda nao(?: funciona)?|nao funciona',
  ),
}

/** Longer first lines hold more than a yes or a no. */
const maxLine = 120
/** How much of a comment is looked at: whoever writes to ServiceNow decides how long it is. */
const maxLooked = 4000

/**
 * true for a plain yes, false for a plain no, undefined for everything else. Only the first line that is not empty
 * counts: below it an e-mail quotes what it replies to.
 */
export function plainAnswer(comment: string): boolean | undefined {
  const line = folded(ownLines(comment)[0] ?? '')
  if (line === '' || line.length > maxLine) return undefined
  const [first = '', ...rest] = line
    .split(/[.,;:!…–—]+|\s-+(?=\s)/)
    .map((clause) => clause.replace(/^[\s*_"“”„«»¡]+|[\s*_"“”„«»]+$/g, ''))
    .filter((clause) => clause !== '')
  const [word = '', ...more] = first.split(/\s+/)
  const said = (['yes', 'no'] as const).find((each) => words[each].includes(word))
  if (said === undefined) return undefined
  const clauses = [...(more.length > 0 ? [more.join(' ')] : []), ...rest.map((clause) => clause.replace(/\s+/g, ' '))]
  return clauses.every((clause) => clause === word || beside[said].test(clause)) ? said === 'yes' : undefined
}

/** The first paragraph without what an e-mail quotes: one line, plain, at most 300 characters. */
export function ownWords(comment: string): string {
  const lines = ownLines(comment)
  const end = lines.findIndex((line) => line === '' || line.startsWith('>'))
  return plainText(lines.slice(0, end < 0 ? undefined : end).join(' '), 300)
}

/**
 * From the first line that is not empty. A reply by e-mail becomes a comment that opens with `reply from: <address>`:
 * so does the inbound action of the base system, as several published instances show it.
 */
function ownLines(comment: string): readonly string[] {
  const lines = comment
    .slice(0, maxLooked)
    .replace(/\p{Cf}/gu, '')
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.trim())
  // What a line says past the cut could turn it round.
  if (comment.length > maxLooked) lines.pop()
  const from = (start: number): number => {
    const found = lines.findIndex((line, index) => index >= start && line !== '')
    return found < 0 ? lines.length : found
  }
  const first = from(0)
  return lines.slice(/^reply from:\s*\S+$/i.test(lines[first] ?? '') ? from(first + 1) : first)
}

const folded = (line: string): string =>
  line
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’`´]/g, "'")
    .toLowerCase()
