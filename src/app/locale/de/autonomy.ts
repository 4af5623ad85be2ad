// Owns the German of shadow mode, of the report, and of autonomy that is raised or taken back.
export const autonomy = {
  // folds.ts, shadow-lines.ts
  Autonomy: 'Autonomie',
  'Would have been right: ': 'Wäre richtig gewesen: ',
  'Would have been wrong: ': 'Wäre falsch gewesen: ',
  'Whether it would have been right cannot be told: ': 'Ob es richtig gewesen wäre, ist nicht feststellbar: ',
  '{name} says so': '{name} sagt es',
  ' · {time} sooner': ' · {time} früher',
  ' · {time} later': ' · {time} später',
  'Autonomy was taken back: ': 'Die Autonomie wurde zurückgenommen: ',
  // core/shadow.ts, shadow.ts
  'people ran it themselves, and it succeeded (run {run})': 'Menschen führten es selbst aus, mit Erfolg (Lauf {run})',
  'people ran {runbook} instead (run {run})': 'Menschen führten stattdessen {runbook} aus (Lauf {run})',
  'people ran it themselves, and it did not help (run {run})':
    'Menschen führten es selbst aus, und es half nicht (Lauf {run})',
  'the closed incident shows that people did the same': 'der geschlossene Incident zeigt, dass Menschen dasselbe taten',
  'the closed incident shows that people did something else':
    'der geschlossene Incident zeigt, dass Menschen etwas anderes taten',
  'it was not needed: the incident was cancelled': 'es war nicht nötig: der Incident wurde abgebrochen',
  'it was not needed: the incident was closed as {code}':
    'es war nicht nötig: der Incident wurde geschlossen als {code}',
  'whether people did the same cannot be told: {reason}':
    'ob Menschen dasselbe taten, ist nicht feststellbar: {reason}',
  'nothing tells what people did': 'nichts erklärt, was Menschen taten',
  'it was reopened afterwards, so what people did did not last':
    'er wurde danach wieder geöffnet, was Menschen taten, hielt also nicht',
  'the incident cannot be read any more': 'der Incident ist nicht mehr lesbar',
  'the incident was not over within 30 days': 'der Incident war nach 30 Tagen nicht vorbei',
  // core/demotion.ts, demoted.ts
  'the outcome of {step} on {target} is unknown': 'das Ergebnis von {step} auf {target} ist unbekannt',
  'the verification of {step} on {target} failed': 'die Verifikation von {step} auf {target} schlug fehl',
  '{step} on {target} was rolled back': '{step} auf {target} wurde zurückgerollt',
  '🔻 **{runbook}** asks people in {environments} from now on: it ran by itself, and it went wrong':
    '🔻 **{runbook}** fragt in {environments} ab jetzt Menschen: es lief von selbst, und es ging schief',
  '`explain {run}` tells what happened; once it is mended, `autonomy auto {runbook}` with a reason sets it back.':
    '`explain {run}` sagt, was geschah; ist es behoben, setzt `autonomy auto {runbook}` mit einem Grund es zurück.',
  // shadow-record.ts
  'no recorded run has been compared with what people did':
    'kein aufgezeichneter Lauf wurde mit dem verglichen, was Menschen taten',
  '{n:number} recorded runs compared with what people did: {agreed:number} would have been right':
    '{n} aufgezeichnete Läufe verglichen mit dem, was Menschen taten: {agreed} wären richtig gewesen',
  '{n:number} recorded run compared with what people did: {agreed:number} would have been right':
    '{n} aufgezeichneter Lauf verglichen mit dem, was Menschen taten: {agreed} wäre richtig gewesen',
  '{n:number} would have been wrong': '{n} wären falsch gewesen',
  'of {n:number} it cannot be told': 'bei {n} ist es nicht feststellbar',
  'it would have been over {time} sooner in all': 'insgesamt wäre es {time} früher vorbei gewesen',
  'people were {time} faster in all': 'insgesamt waren Menschen {time} schneller',
  'So far: ': 'Bisher: ',
  'Would have been wrong:': 'Wäre falsch gewesen:',
  'no incident': 'kein Incident',
  'every environment': 'jeder Umgebung',
  '⏫ Autonomy of **{runbook}** in {environment} is **{level}** now. Tier 3 is never automatic.':
    '⏫ Autonomie von **{runbook}** in {environment} ist jetzt **{level}**. Tier 3 ist nie automatisch.',
  '⏫ Autonomy of **{runbook}** in {environment} is what governance.yaml says again. Tier 3 is never automatic.':
    '⏫ Autonomie von **{runbook}** in {environment} ist wieder, was governance.yaml sagt. Tier 3 ist nie automatisch.',
  '🚫 This would let runbot go further with **{runbook}** in {environment}: that takes a reason.':
    '🚫 Damit ginge runbot weiter mit **{runbook}** in {environment}: dafür braucht es einen Grund.',
  '➡️ Look at what is known, then say `{command} because "…"`':
    '➡️ Sehen Sie sich an, was bekannt ist, und sagen Sie dann `{command} because "…"`',
  // governance-page.ts
  '{level}; set by runbot itself on {time}, after a run that went wrong':
    '{level}; von runbot selbst gesetzt am {time}, nach einem Lauf, der schiefging',
  'What recorded runs have shown, compared with what people did:':
    'Was aufgezeichnete Läufe gezeigt haben, verglichen mit dem, was Menschen taten:',
  // core/report.ts, report.ts
  rejected: 'abgelehnt',
  'nobody answered in time': 'niemand antwortete rechtzeitig',
  'stopped by people': 'von Menschen gestoppt',
  '**Runs from {since} to {until}**': '**Läufe von {since} bis {until}**',
  'Nothing ran, and nothing was proposed.': 'Nichts lief, und nichts wurde vorgeschlagen.',
  '**{runbook}** in {environment}': '**{runbook}** in {environment}',
  '**{runbook}**, not decided': '**{runbook}**, nicht entschieden',
  'no runbook': 'kein Runbook',
  '{n:number} run': '{n} Lauf',
  '{n:number} runs': '{n} Läufe',
  '{n:number} succeeded': '{n} erfolgreich',
  '{n:number} rolled back': '{n} zurückgerollt',
  '{n:number} failed': '{n} fehlgeschlagen',
  '{n:number} needs a person': '{n} braucht einen Menschen',
  '{n:number} need a person': '{n} brauchen einen Menschen',
  '{n:number} not wanted by people': '{n} von Menschen nicht gewollt',
  '{n:number} stopped by policy': '{n} von der Richtlinie gestoppt',
  '{n:number} only recorded': '{n} nur aufgezeichnet',
  '{n:number} open': '{n} offen',
  'mostly for {reasons}': 'meist wegen {reasons}',
  'about {time} saved': 'etwa {time} gespart',
  'about {time} slower than people': 'etwa {time} langsamer als Menschen',
  '**What recorded runs have shown**': '**Was aufgezeichnete Läufe gezeigt haben**',
  '**Would have been wrong**': '**Wäre falsch gewesen**',
  'There were more runs than one report reads: the oldest are left out. Ask for a shorter time.':
    'Es waren mehr Läufe, als ein Bericht liest: die ältesten fehlen. Fragen Sie nach einer kürzeren Zeit.',
  '{n:number} more was written by a newer runbot, which this one cannot read.':
    '{n} weiterer stammt von einem neueren runbot und ist für diesen nicht lesbar.',
  '{n:number} more were written by a newer runbot, which this one cannot read.':
    '{n} weitere stammen von einem neueren runbot und sind für diesen nicht lesbar.',
  'there is no time {text}': 'es gibt keine Zeit {text}',
  'name one such as 24h or 7d': 'nennen Sie eine wie 24h oder 7d',
} as const
