// Owns the German of a run's thread and of what `explain` says.
export const thread = {
  // thread.ts
  '🔔 **Approval needed** from {who} until {time}.': '🔔 **Freigabe nötig** von {who} bis {time}.',
  '🔔 **Approval needed for {scope}** from {who} until {time}.':
    '🔔 **Freigabe nötig für {scope}** von {who} bis {time}.',
  'Policy allows this without an approval': 'Die Richtlinie erlaubt dies ohne Freigabe',
  'The plan has changed. Earlier approvals do not count any more; the card shows what would run now.':
    'Der Plan hat sich geändert. Frühere Freigaben gelten nicht mehr; die Karte zeigt, was jetzt laufen würde.',
  '{number} joined this run: same CI, same signature.':
    '{number} gehört nun zu diesem Lauf: gleiche CI, gleiche Signatur.',
  '✅ **{name}** approved ({have:number} of {need:number})': '✅ **{name}** hat freigegeben ({have} von {need})',
  '✅ **{name}** approved': '✅ **{name}** hat freigegeben',
  '⛔ **{name}** rejected': '⛔ **{name}** hat abgelehnt',
  '⏰ **Still waiting for approval** from {who}, until {time}.': '⏰ **Freigabe noch offen** von {who}, bis {time}.',
  '⏫ No answer yet: **{who}** may now stand in.': '⏫ Noch keine Antwort: **{who}** darf jetzt einspringen.',
  '🚨 **BREAK-GLASS by {name}**': '🚨 **BREAK-GLASS durch {name}**',
  '✏️ **{name}** asks for it with other values, as run `{run}`':
    '✏️ **{name}** fragt mit anderen Werten an, als Lauf `{run}`',
  '🗂️ Standard change **{number}** was opened for it': '🗂️ Dafür wurde der Standard-Change **{number}** eröffnet',
  '✋ **{name}** asked to stop': '✋ **{name}** verlangt den Stopp',
  '▶️ Started: **{title}** on {targets}': '▶️ Gestartet: **{title}** auf {targets}',
  '❌ {where}: preflight says no, nothing was sent': '❌ {where}: Preflight sagt nein, nichts wurde gesendet',
  '🕸️ {where}: nothing was sent, the runbook is **possibly stale**':
    '🕸️ {where}: nichts wurde gesendet, das Runbook ist **vielleicht veraltet**',
  '\n\nIts owner should look at the runbook: {owner}': '\n\nDie Verantwortlichen sollten das Runbook ansehen: {owner}',
  '📤 {where}: this leaves now: `{request}`': '📤 {where}: das wird jetzt gesendet: `{request}`',
  '✅ {where}: done': '✅ {where}: fertig',
  '❌ {where}: failed': '❌ {where}: fehlgeschlagen',
  '❓ {where}: the outcome is unknown': '❓ {where}: Ergebnis unbekannt',
  '✅ {where}: verified': '✅ {where}: verifiziert',
  '❌ {where}: verification failed': '❌ {where}: Verifikation fehlgeschlagen',
  '⤵️ {where}: its turn has come': '⤵️ {where}: ist jetzt an der Reihe',
  '↩️ {where}: rolling back, try {n:number}': '↩️ {where}: Rollback läuft, Versuch {n}',
  '↩️ {where}: rolling back': '↩️ {where}: Rollback läuft',
  '↩️ {where}: rolled back': '↩️ {where}: zurückgerollt',
  '❌ {where}: the rollback failed': '❌ {where}: Rollback fehlgeschlagen',
  '❓ {where}: whether it was rolled back is unknown': '❓ {where}: unbekannt, ob zurückgerollt wurde',
  'Before → after: ': 'Vorher → nachher: ',
  ' · and {n:number} more': ' · und {n} weitere',
  '**{step}** on {target}': '**{step}** auf {target}',
  'Please take over: the card shows what ran and what did not.':
    'Bitte übernehmen Sie: Die Karte zeigt, was gelaufen ist und was nicht.',
  ' (once more: the answer to the first try was lost)':
    ' (noch einmal: die Antwort auf den ersten Versuch ging verloren)',
  // thread-in-hand.ts
  '🤝 **{name}** has taken it over; nothing new is started':
    '🤝 **{name}** hat übernommen; nichts Neues wird gestartet',
  '▶️ **{name}** lets it go on; everything is checked again':
    '▶️ **{name}** lässt es weiterlaufen; alles wird neu geprüft',
  '🔎 **{name}** looked: {what} happened': '🔎 **{name}** hat nachgesehen: {what} ist passiert',
  '🔎 **{name}** looked: {what} did not happen': '🔎 **{name}** hat nachgesehen: {what} ist nicht passiert',
  '🔁 {where}: attempt {n:number} of {of:number}': '🔁 {where}: Versuch {n} von {of}',
  ', asked by **{name}**': ', verlangt von **{name}**',
  '↩️ **{name}** wants what ran undone, the last step first':
    '↩️ **{name}** verlangt den Rollback, den letzten Schritt zuerst',
  ' (released during the freeze)': ' (während der Sperre erlaubt)',
  '🛑 **Brake**: nothing new is started, what is under way comes to its end':
    '🛑 **Bremse**: nichts Neues wird gestartet; was läuft, läuft zu Ende',
  '🙋 {where}: asked **{name}** whether it works': '🙋 {where}: **{name}** wurde gefragt, ob es funktioniert',
  'the caller': 'der Melder',
  ', here or as a comment in {number}': ', hier oder als Kommentar in {number}',
  ' (in ServiceNow)': ' (in ServiceNow)',
  // explain.ts
  'Runbooks weighed': 'Abgewogene Runbooks',
  'Guardrails in {name}, autonomy {level}': 'Prüfungen in {name}, Autonomie {level}',
  'Guardrails in {name} (production), autonomy {level}': 'Prüfungen in {name} (Produktion), Autonomie {level}',
  Rule: 'Regel',
  Answers: 'Antworten',
  Now: 'Jetzt',
  ' of ': ' von ',
  'It was named by whoever asked for it.': 'Der Anforderer hat es genannt.',
  'for plan {hash} alone': 'nur für den Plan {hash}',
  'No approval is needed.': 'Keine Freigabe nötig.',
  ' or ': ' oder ',
  ' and ': ' und ',
  ' (after {time} also {groups})': ' (nach {time} auch {groups})',
  ', not the requester': ', nicht der Anforderer',
  ', not the author': ', nicht der Autor',
  ', not the opener': ', nicht der Melder',
  ' (void: for an earlier plan)': ' (ungültig: für einen früheren Plan)',
  '{name} approved{via} as {groups}': '{name} hat freigegeben{via} als {groups}',
  '{name} approved as {groups}': '{name} hat freigegeben als {groups}',
  ': approvals are refused, nothing new is sent': ': Freigaben werden abgelehnt, nichts Neues wird gesendet',
  '{name} asked to stop': '{name} verlangt den Stopp',
  ': nothing new is started': ': nichts Neues wird gestartet',
  '{name} wants what ran undone': '{name} verlangt den Rollback',
  'Approve or reject: {groups}, until {time}': 'Freigeben oder ablehnen: {groups}, bis {time}',
  'Missing: ': 'Fehlt: ',
  'From {time} also {groups}': 'Ab {time} auch {groups}',
  'A person has to look.': 'Ein Mensch muss nachsehen.',
  'Whether {step} on {target} happened is unknown: look there, then say so with ':
    'Ob {step} auf {target} passiert ist, ist unbekannt: Sehen Sie dort nach und melden Sie es dann mit ',
  'Whether the rollback of {step} on {target} happened is unknown: look there, then say so with ':
    'Ob der Rollback von {step} auf {target} passiert ist, ist unbekannt: Sehen Sie dort nach und melden Sie es dann mit ',
  'Its card offers what may be done; {command} closes it with a reason.':
    'Die Karte bietet an, was möglich ist; {command} schließt den Lauf mit einem Grund.',
  '{name} has it in hand since {time}': '{name} hat es in der Hand seit {time}',
} as const
