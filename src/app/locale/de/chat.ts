// Owns the German of answers to commands: what was done, what there is, and what could not be read.
export const chat = {
  // help.ts and command-list.ts
  'What you can say': 'Was Sie sagen können',
  'What you can say to runbot': 'Was Sie runbot sagen können',
  'In a channel, mention me first. Approvals happen on the card, never by text.':
    'Im Kanal erwähnen Sie mich zuerst. Freigaben geschehen auf der Karte, nie per Text.',
  Look: 'Ansehen',
  Run: 'Ausführen',
  Govern: 'Steuern',
  'Show what you can say': 'Zeigt, was Sie sagen können',
  'List the runbooks, or those that fit the words': 'Listet die Runbooks, oder die zu den Wörtern passen',
  'Dry run: show exactly what would be sent, and what policy says of it':
    'Probelauf: zeigt genau, was gesendet würde, und was die Richtlinie dazu sagt',
  'Run a runbook, with the approvals that policy asks for':
    'Führt ein Runbook aus, mit den Freigaben, die die Richtlinie verlangt',
  'Where a run stands, or everything that is open': 'Wo ein Lauf steht, oder alles, was offen ist',
  'Why: evidence, what matched, every check, who may do what; alone: the rules on one page':
    'Warum: Belege, Treffer, jede Prüfung, wer was darf; allein: die Regeln auf einer Seite',
  'Stop a run before its next request, or close one that needs a person':
    'Stoppt einen Lauf vor der nächsten Anfrage, oder schließt einen, der einen Menschen braucht',
  'Undo what a run changed, in the way its runbook declares':
    'Macht rückgängig, was ein Lauf geändert hat, so wie sein Runbook es vorsieht',
  'Take a run into your own hands; runbot sends nothing more for it until you resume it':
    'Übernimmt einen Lauf; runbot sendet dafür nichts mehr, bis Sie ihn fortsetzen',
  'Let runbot go on with a run that needed a person; everything is checked again':
    'Lässt runbot einen Lauf fortsetzen, der einen Menschen brauchte; alles wird neu geprüft',
  'Try again what failed, and nothing else, where the runbook allows it':
    'Wiederholt nur, was fehlgeschlagen ist, wo das Runbook es erlaubt',
  'You looked: say whether a request happened whose outcome is unknown':
    'Sie haben nachgesehen: ob eine Anfrage mit unbekanntem Ergebnis passiert ist',
  'You reported it: say whether it works again': 'Sie haben es gemeldet: ob es wieder funktioniert',
  'Kill switch: no new changes, for everything or for env:, service:, runbook:, endpoint:':
    'Notschalter: keine neuen Änderungen, für alles oder für env:, service:, runbook:, endpoint:',
  'End a freeze': 'Hebt eine Sperre auf',
  'Emergency: have two people of its own role decide instead; everybody hears of it':
    'Notfall: Zwei Personen einer eigenen Rolle entscheiden stattdessen; alle erfahren davon',
  'Sign a standing exception of governance.yaml; it takes two people':
    'Unterschreibt eine dauerhafte Ausnahme aus governance.yaml; es braucht zwei Personen',
  'Take your signature back': 'Nimmt Ihre Unterschrift zurück',
  'Say what helped, or did not: runbot remembers only what people say':
    'Sagt, was geholfen hat oder nicht: runbot merkt sich nur, was Menschen sagen',
  'Keep further alerts of a storm quiet for a time; new symptoms and recoveries are always told':
    'Hält weitere Alarme eines Sturms eine Zeit lang still; neue Symptome und Erholungen werden immer gemeldet',
  'Set how far runbot may go: shadow, advise, approve, auto; default takes it back':
    'Legt fest, wie weit runbot gehen darf: shadow, advise, approve, auto; default nimmt es zurück',
  'This conversation gets the incidents of that group or service':
    'Diese Unterhaltung bekommt die Incidents dieser Gruppe oder dieses Dienstes',
  'This conversation gets no more incidents': 'Diese Unterhaltung bekommt keine Incidents mehr',
  'The audit trail of a run, and whether its chain holds': 'Das Audit-Protokoll eines Laufs, und ob seine Kette hält',
  'What ran, what it saved and what was refused, over a time':
    'Was lief, was es gespart hat und was abgelehnt wurde, über eine Zeit',
  'Who runbot thinks you are, and what you may do': 'Für wen runbot Sie hält, und was Sie dürfen',
  // chat.ts
  'Nothing is open. `runbooks` shows what I can do.': 'Nichts ist offen. `runbooks` zeigt, was ich kann.',
  '`{id}` was written by a newer runbot, which this one cannot read':
    '`{id}` wurde von einem neueren runbot geschrieben, den dieser nicht lesen kann',
  '**1 open run**': '**1 offener Lauf**',
  '**{n:number} open runs**': '**{n} offene Läufe**',
  ', waits until {time}': ', wartet bis {time}',
  'No runbook is about {words}. `runbooks` shows all.': 'Kein Runbook handelt von {words}. `runbooks` zeigt alle.',
  'There is no runbook yet.': 'Es gibt noch kein Runbook.',
  '**1 runbook**': '**1 Runbook**',
  '**{n:number} runbooks**': '**{n} Runbooks**',
  '⚠️ **possibly stale**, run `{run}` found: {reason}': '⚠️ **vielleicht veraltet**, Lauf `{run}` fand: {reason}',
  owner: 'verantwortlich',
  '**1 is off**, because of a mistake in a file': '**1 ist aus**, wegen eines Fehlers in einer Datei',
  '**{n:number} are off**, because of a mistake in a file': '**{n} sind aus**, wegen eines Fehlers in einer Datei',
  'You are **{name}**': 'Sie sind **{name}**',
  'Entra object id': 'Entra-Objekt-ID',
  In: 'In',
  'You are in no group that governance.yaml names.': 'Sie sind in keiner Gruppe, die governance.yaml nennt.',
  'Cannot be told': 'Nicht feststellbar',
  'You may': 'Sie dürfen',
  // clicks.ts, activities.ts
  'Not done: ': 'Nicht ausgeführt: ',
  ' What helps: ': ' Was hilft: ',
  'Not done: this card names a run that does not exist here.':
    'Nicht ausgeführt: Diese Karte nennt einen Lauf, den es hier nicht gibt.',
  'Teams did not say who you are (no Entra object id), so I cannot act on this. Try it from Teams itself.':
    'Teams hat nicht gesagt, wer Sie sind (keine Entra-Objekt-ID), darum kann ich nicht handeln. Versuchen Sie es in Teams selbst.',
  'That did not go through on my side. Look at `status`, then try again.':
    'Das ist bei mir nicht durchgegangen. Sehen Sie `status` an, dann versuchen Sie es erneut.',
  'Working on it…': 'Ich arbeite daran…',
  Updated: 'Aktualisiert',
  // commands
  'Run {run}: {n:number} entries, consistent. {verify} compares them with the checkpoints. Head {head}. The closing work note carries the head of its own moment; {command} writes the log.':
    'Lauf {run}: {n} Einträge, stimmig. {verify} vergleicht sie mit den Prüfpunkten. Kopf {head}. Die abschließende Arbeitsnotiz trägt den Kopf ihres Moments; {command} schreibt das Protokoll.',
  'Run {run}: {n:number} entries, consistent, not anchored. Head {head}. The closing work note carries the head of its own moment; {command} writes the log.':
    'Lauf {run}: {n} Einträge, stimmig, nicht verankert. Kopf {head}. Die abschließende Arbeitsnotiz trägt den Kopf ihres Moments; {command} schreibt das Protokoll.',
  'Autonomy of {where:message} is what governance.yaml says again. Tier 3 is never automatic. explain shows the whole page.':
    'Autonomie für {where}: Es gilt wieder governance.yaml. Tier 3 ist nie automatisch. explain zeigt die ganze Seite.',
  'Autonomy of {where:message} is {level} now. Tier 3 is never automatic. explain shows the whole page.':
    'Autonomie für {where}: jetzt {level}. Tier 3 ist nie automatisch. explain zeigt die ganze Seite.',
  'every runbook in every environment': 'jedes Runbook in jeder Umgebung',
  '{runbook} in every environment': '{runbook} in jeder Umgebung',
  'BREAK-GLASS: run {run} now asks {n:number} people of {groups}, and sets aside {names}. Everybody hears of it: {reason}':
    'BREAK-GLASS: Lauf {run} fragt jetzt {n} Personen aus {groups} und setzt {names} außer Kraft. Alle erfahren davon: {reason}',
  'Everything is frozen: no new mutating request leaves. What is in flight finishes and is reported.':
    'Alles ist gesperrt: Keine neue ändernde Anfrage geht hinaus. Was unterwegs ist, endet und wird gemeldet.',
  '{scope} is frozen: no new mutating request leaves. What is in flight finishes and is reported.':
    '{scope} ist gesperrt: Keine neue ändernde Anfrage geht hinaus. Was unterwegs ist, endet und wird gemeldet.',
  'Everything is no longer frozen.': 'Alles ist wieder freigegeben.',
  '{scope} is no longer frozen.': '{scope} ist nicht mehr gesperrt.',
  'Run {run} is closed: {reason:message}': 'Lauf {run} ist geschlossen: {reason}',
  'Run {run} is stopped: nothing new leaves. {rest:message}':
    'Lauf {run} ist gestoppt: Nichts Neues geht hinaus. {rest}',
  'Run {run} is yours: runbot starts nothing more of it. {rest:message}':
    'Lauf {run} gehört Ihnen: runbot startet nichts mehr davon. {rest}',
  'Run {run} goes on; everything is checked again before anything leaves.':
    'Lauf {run} geht weiter; alles wird neu geprüft, bevor etwas hinausgeht.',
  'Run {run} is being rolled back, the last step first.': 'Lauf {run} wird zurückgerollt, der letzte Schritt zuerst.',
  'Run {run} tries again what failed, and nothing else.': 'Lauf {run} wiederholt nur, was fehlgeschlagen ist.',
  'Noted for run {run}.': 'Notiert für Lauf {run}.',
  'Thank you. Noted for run {run}.': 'Danke. Notiert für Lauf {run}.',
  'Signed: {name} ({reason}). Signed by {who}. {state:message}':
    'Unterschrieben: {name} ({reason}). Unterschrieben von {who}. {state}',
  'You have signed it already: {name} ({reason}). Signed by {who}. {state:message}':
    'Sie haben schon unterschrieben: {name} ({reason}). Unterschrieben von {who}. {state}',
  'One more person has to sign it; until then it sets nothing aside.':
    'Eine weitere Person muss unterschreiben; bis dahin setzt sie nichts außer Kraft.',
  'It holds until {time}: {names} need not pass for {runbook}.':
    'Sie gilt bis {time}: {names} muss für {runbook} nicht bestehen.',
  'Your signature under {name} is taken back.': 'Ihre Unterschrift unter {name} ist zurückgenommen.',
  'This channel now gets the incidents of {subject} (it is taken as the name of a ServiceNow assignment group or of a service). unwatch {name} ends that.':
    'Dieser Kanal bekommt jetzt die Incidents von {subject} (verstanden als Name einer ServiceNow-Gruppe oder eines Dienstes). unwatch {name} beendet das.',
  'This channel now gets the incidents of {subject}. unwatch {name} ends that.':
    'Dieser Kanal bekommt jetzt die Incidents von {subject}. unwatch {name} beendet das.',
  'This channel no longer gets the incidents of {names}.': 'Dieser Kanal bekommt keine Incidents von {names} mehr.',
} as const
