// Owns the German of signals: what they say, before and after, and the guardrail that wants several of them.
export const signals = {
  // signal-lines.ts
  Signals: 'Signale',
  'the issue shows in {n:number} of {all:number}': 'die Störung zeigt sich in {n} von {all}',
  'the issue shows': 'die Störung zeigt sich',
  'the issue does not show': 'die Störung zeigt sich nicht',
  'whether the issue shows cannot be told': 'ob sich die Störung zeigt, lässt sich nicht feststellen',
  'nothing was measured': 'nichts wurde gemessen',
  'cannot be read: ': 'nicht lesbar: ',
  'before the run': 'vor dem Lauf',
  'since it began': 'seit Beginn',
  'minutes ago': 'vor Minuten',
  'hours ago': 'vor Stunden',
  // signals.ts
  'it did not answer within {n:number} s': 'keine Antwort innerhalb von {n} s',
  // corroborated.ts
  'something was sent already: what showed before that counts':
    'es wurde schon etwas gesendet: es zählt, was sich davor zeigte',
  'the issue shows in {signals} ({n:number} wanted)': 'die Störung zeigt sich in {signals} (verlangt: {n})',
  'whether the issue shows in {n:number} independent signals cannot be told: {why}':
    'ob sich die Störung in {n} unabhängigen Signalen zeigt, lässt sich nicht feststellen: {why}',
  'try again when the systems that are asked answer': 'versuchen Sie es erneut, wenn die gefragten Systeme antworten',
  'the issue shows in {n:number} of {wanted:number} independent signals: {which:message}':
    'die Störung zeigt sich in {n} von {wanted} unabhängigen Signalen: {which}',
  'not in {signals}': 'nicht in {signals}',
  'there are no others': 'andere gibt es nicht',
  'look whether it is over already, otherwise have a person do it':
    'sehen Sie nach, ob es schon vorbei ist, sonst lassen Sie es einen Menschen tun',
}
