// Owns the Spanish of what is wrong with a line that somebody typed.
import type { typed as german } from '../de/typed.ts'

export const typed: { readonly [english in keyof typeof german]: string } = {
  '{reason:message} Write `{usage}`.': '{reason} Escriba `{usage}`.',
  'Did you mean `{word}`?': '¿Quería decir `{word}`?',
  'That is too long: a command has at most {n:number} characters.':
    'Es demasiado largo: una orden tiene como máximo {n} caracteres.',
  'You did not say what to do.': 'No ha dicho qué hacer.',
  'I do not know `{word}`.': 'No conozco `{word}`.',
  '`{word}` is no command; `help` lists them.': '`{word}` no es ninguna orden; `help` las lista.',
  '`{name}` is a runbook. To use it say `run` or, to look first, `plan`.':
    '`{name}` es un runbook. Para usarlo diga `run` o, para mirar antes, `plan`.',
  '`{number}` is an incident.': '`{number}` es un incidente.',
  'Approvals are given on the card, where what is approved can be seen; `status` posts it again.':
    'Las aprobaciones se dan en la tarjeta, donde se ve lo que se aprueba; `status` la publica de nuevo.',
  'I do not know what `{word}` is for here.': 'No sé para qué sirve `{word}` aquí.',
  'A quote is opened before `{word}` but never closed.': 'Se abre una comilla antes de `{word}` pero nunca se cierra.',
  'A word is longer than {n:number} characters.': 'Una palabra tiene más de {n} caracteres.',
  '`for` needs an incident number, such as `for INC0010001`.':
    '`for` necesita un número de incidente, como `for INC0010001`.',
  'Two incidents are named with `for`; a run belongs to one.':
    'Se nombran dos incidentes con `for`; una ejecución pertenece a uno.',
  'Two incidents are named; a plan belongs to one.': 'Se nombran dos incidentes; un plan pertenece a uno.',
  'More than {n:number} words: name fewer at once.': 'Más de {n} palabras: nombre menos a la vez.',
  'The reason is longer than {n:number} characters.': 'El motivo tiene más de {n} caracteres.',
  'No reason stands behind `because`.': 'Detrás de `because` no hay ningún motivo.',
  'The reason is empty.': 'El motivo está vacío.',
  "`{word}` cannot be a parameter's name. Write `name=value`, or quotes around the whole word.":
    '`{word}` no puede ser el nombre de un parámetro. Escriba `name=value`, o ponga la palabra entera entre comillas.',
  'The parameter `{name}` is given twice.': 'El parámetro `{name}` se da dos veces.',
  'The value of `{name}` is longer than {n:number} characters.': 'El valor de `{name}` tiene más de {n} caracteres.',
  'More than {n:number} parameters are given.': 'Se dan más de {n} parámetros.',
  '`{command}` needs a run; `status` lists them.': '`{command}` necesita una ejecución; `status` las lista.',
  '`settle` needs a run, and whether it happened: yes or no.':
    '`settle` necesita una ejecución, y si ocurrió: yes o no.',
  '`confirm` needs a run, and whether it works again: yes or no.':
    '`confirm` necesita una ejecución, y si vuelve a funcionar: yes o no.',
  'To break the glass takes a reason.': 'Break-glass necesita un motivo.',
  '`watch` needs a group or a service.': '`watch` necesita un grupo o un servicio.',
  '`{command}` needs the name of a standing exception; `explain` lists them.':
    '`{command}` necesita el nombre de una excepción permanente; `explain` las lista.',
  '`{command}` needs a runbook; `runbooks` lists them.': '`{command}` necesita un runbook; `runbooks` los lista.',
  'A target is empty.': 'Un destino está vacío.',
  '`run` needs a runbook; `plan {number}` shows which fit that incident.':
    '`run` necesita un runbook; `plan {number}` muestra cuáles encajan con ese incidente.',
  'There is no runbook `{name}`; `runbooks` lists them.': 'No hay ningún runbook `{name}`; `runbooks` los lista.',
  'There is no runbook `{name}` to freeze.': 'No hay ningún runbook `{name}` que congelar.',
  'There is no runbook `{name}`.': 'No hay ningún runbook `{name}`.',
  'A reason stands behind `because`, and there is one scope at a time.':
    'El motivo va detrás de `because`, y solo hay un ámbito a la vez.',
  '`{word}` is no scope: {scopes}.': '`{word}` no es ningún ámbito: {scopes}.',
  'A freeze needs its reason.': 'Una congelación necesita su motivo.',
  '`autonomy` needs a level: {levels}.': '`autonomy` necesita un nivel: {levels}.',
  '`{word}` is no level: {levels}.': '`{word}` no es ningún nivel: {levels}.',
  'A report covers a time such as `24h` or `7d`.': 'Un informe abarca un tiempo como `24h` o `7d`.',
}
