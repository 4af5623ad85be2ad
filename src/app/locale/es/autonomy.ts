// Owns the Spanish of shadow mode, of the report, and of autonomy that is raised or taken back.
export const autonomy = {
  // folds.ts, shadow-lines.ts
  Autonomy: 'Autonomía',
  'Would have been right: ': 'Habría sido correcto: ',
  'Would have been wrong: ': 'Habría sido un error: ',
  'Whether it would have been right cannot be told: ': 'No se puede saber si habría sido correcto: ',
  '{name} says so': 'lo dice {name}',
  ' · {time} sooner': ' · {time} antes',
  ' · {time} later': ' · {time} después',
  'Autonomy was taken back: ': 'Se retiró la autonomía: ',
  // core/shadow.ts, shadow.ts
  'people ran it themselves, and it succeeded (run {run})': 'lo ejecutaron personas, y tuvo éxito (ejecución {run})',
  'people ran {runbook} instead (run {run})': 'las personas ejecutaron {runbook} en su lugar (ejecución {run})',
  'people ran it themselves, and it did not help (run {run})': 'lo ejecutaron personas, y no ayudó (ejecución {run})',
  'the closed incident shows that people did the same':
    'el incidente cerrado muestra que las personas hicieron lo mismo',
  'the closed incident shows that people did something else':
    'el incidente cerrado muestra que las personas hicieron otra cosa',
  'it was not needed: the incident was cancelled': 'no hacía falta: el incidente fue cancelado',
  'it was not needed: the incident was closed as {code}': 'no hacía falta: el incidente se cerró como {code}',
  'whether people did the same cannot be told: {reason}':
    'no se puede saber si las personas hicieron lo mismo: {reason}',
  'nothing tells what people did': 'nada dice qué hicieron las personas',
  'it was reopened afterwards, so what people did did not last':
    'se reabrió después, así que lo que hicieron las personas no duró',
  'the incident cannot be read any more': 'el incidente ya no se puede leer',
  'the incident was not over within 30 days': 'el incidente no terminó en 30 días',
  // core/demotion.ts, demoted.ts
  'the outcome of {step} on {target} is unknown': 'el resultado de {step} en {target} es desconocido',
  'the verification of {step} on {target} failed': 'la verificación de {step} en {target} falló',
  '{step} on {target} was rolled back': '{step} en {target} se revirtió',
  '🔻 **{runbook}** asks people in {environments} from now on: it ran by itself, and it went wrong':
    '🔻 **{runbook}** pregunta a personas en {environments} desde ahora: se ejecutó solo, y salió mal',
  '`explain {run}` tells what happened; once it is mended, `autonomy auto {runbook}` with a reason sets it back.':
    '`explain {run}` dice qué pasó; una vez arreglado, `autonomy auto {runbook}` con un motivo lo restablece.',
  // shadow-record.ts
  'no recorded run has been compared with what people did':
    'ninguna ejecución registrada se ha comparado con lo que hicieron las personas',
  '{n:number} recorded runs compared with what people did: {agreed:number} would have been right':
    '{n} ejecuciones registradas comparadas con lo que hicieron las personas: {agreed} habrían sido correctas',
  '{n:number} recorded run compared with what people did: {agreed:number} would have been right':
    '{n} ejecución registrada comparada con lo que hicieron las personas: {agreed} habría sido correcta',
  '{n:number} would have been wrong': '{n} habrían sido un error',
  'of {n:number} it cannot be told': 'de {n} no se puede saber',
  'it would have been over {time} sooner in all': 'habría terminado {time} antes en total',
  'people were {time} faster in all': 'las personas fueron {time} más rápidas en total',
  'So far: ': 'Hasta ahora: ',
  'Would have been wrong:': 'Habría sido un error:',
  'no incident': 'ningún incidente',
  'every environment': 'todos los entornos',
  '⏫ Autonomy of **{runbook}** in {environment} is **{level}** now. Tier 3 is never automatic.':
    '⏫ La autonomía de **{runbook}** en {environment} es ahora **{level}**. El nivel 3 nunca es automático.',
  '⏫ Autonomy of **{runbook}** in {environment} is what governance.yaml says again. Tier 3 is never automatic.':
    '⏫ La autonomía de **{runbook}** en {environment} vuelve a ser lo que dice governance.yaml. El nivel 3 nunca es automático.',
  '🚫 This would let runbot go further with **{runbook}** in {environment}: that takes a reason.':
    '🚫 Con esto runbot iría más lejos con **{runbook}** en {environment}: hace falta un motivo.',
  '➡️ Look at what is known, then say `{command} because "…"`':
    '➡️ Mire lo que se sabe, y diga después `{command} because "…"`',
  // governance-page.ts
  '{level}; set by runbot itself on {time}, after a run that went wrong':
    '{level}; fijado por el propio runbot el {time}, tras una ejecución que salió mal',
  'What recorded runs have shown, compared with what people did:':
    'Lo que han mostrado las ejecuciones registradas, comparadas con lo que hicieron las personas:',
  // core/report.ts, report.ts
  rejected: 'rechazada',
  'nobody answered in time': 'nadie respondió a tiempo',
  'stopped by people': 'detenida por personas',
  '**Runs from {since} to {until}**': '**Ejecuciones del {since} al {until}**',
  'Nothing ran, and nothing was proposed.': 'No se ejecutó nada, ni se propuso nada.',
  '**{runbook}** in {environment}': '**{runbook}** en {environment}',
  '**{runbook}**, not decided': '**{runbook}**, sin decidir',
  'no runbook': 'ningún runbook',
  '{n:number} run': '{n} ejecución',
  '{n:number} runs': '{n} ejecuciones',
  '{n:number} succeeded': '{n} con éxito',
  '{n:number} rolled back': '{n} revertidas',
  '{n:number} failed': '{n} fallidas',
  '{n:number} needs a person': '{n} necesita a una persona',
  '{n:number} need a person': '{n} necesitan a una persona',
  '{n:number} not wanted by people': '{n} no queridas por las personas',
  '{n:number} stopped by policy': '{n} detenidas por la política',
  '{n:number} only recorded': '{n} solo registradas',
  '{n:number} open': '{n} abiertas',
  'mostly for {reasons}': 'sobre todo por {reasons}',
  'about {time} saved': 'unos {time} ahorrados',
  'about {time} slower than people': 'unos {time} más lento que las personas',
  '**What recorded runs have shown**': '**Lo que han mostrado las ejecuciones registradas**',
  '**Would have been wrong**': '**Habría sido un error**',
  'There were more runs than one report reads: the oldest are left out. Ask for a shorter time.':
    'Hubo más ejecuciones de las que lee un informe: faltan las más antiguas. Pida un tiempo más corto.',
  '{n:number} more was written by a newer runbot, which this one cannot read.':
    '{n} más la escribió un runbot más nuevo, que este no puede leer.',
  '{n:number} more were written by a newer runbot, which this one cannot read.':
    '{n} más las escribió un runbot más nuevo, que este no puede leer.',
  'there is no time {text}': 'no existe el tiempo {text}',
  'name one such as 24h or 7d': 'nombre uno como 24h o 7d',
} as const
