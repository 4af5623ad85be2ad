// Owns the Spanish of signals: what they say, before and after, and the guardrail that wants several of them.
export const signals = {
  // signal-lines.ts
  Signals: 'Señales',
  'the issue shows in {n:number} of {all:number}': 'el problema se ve en {n} de {all}',
  'the issue shows': 'el problema se ve',
  'the issue does not show': 'el problema no se ve',
  'whether the issue shows cannot be told': 'no se puede saber si se ve el problema',
  'nothing was measured': 'no se midió nada',
  'cannot be read: ': 'no se puede leer: ',
  'before the run': 'antes de la ejecución',
  'since it began': 'desde el comienzo',
  'minutes ago': 'hace minutos',
  'hours ago': 'hace horas',
  // signals.ts
  'it did not answer within {n:number} s': 'no respondió en {n} s',
  // corroborated.ts
  'something was sent already: what showed before that counts': 'ya se envió algo: cuenta lo que se veía antes',
  'the issue shows in {signals} ({n:number} wanted)': 'el problema se ve en {signals} (se piden {n})',
  'whether the issue shows in {n:number} independent signals cannot be told: {why}':
    'no se puede saber si el problema se ve en {n} señales independientes: {why}',
  'try again when the systems that are asked answer': 'inténtelo de nuevo cuando respondan los sistemas consultados',
  'the issue shows in {n:number} of {wanted:number} independent signals: {which:message}':
    'el problema se ve en {n} de {wanted} señales independientes: {which}',
  'not in {signals}': 'no en {signals}',
  'there are no others': 'no hay otras',
  'look whether it is over already, otherwise have a person do it':
    'mire si ya ha pasado, si no, que lo haga una persona',
}
