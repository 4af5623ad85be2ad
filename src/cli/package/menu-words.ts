// Owns the words of the command menus in German and Spanish, by the English of the list of commands.

export const germanMenus: { readonly [english: string]: string } = {
  'Show what you can say': 'Zeigt, was Sie sagen können',
  'List the runbooks, or those that fit the words': 'Listet die Runbooks auf, oder die, auf die die Wörter passen',
  'Dry run: show exactly what would be sent, and what policy says of it':
    'Probelauf: zeigt genau, was gesendet würde und was die Richtlinie dazu sagt',
  'Run a runbook, with the approvals that policy asks for':
    'Führt ein Runbook aus, mit den Freigaben, die die Richtlinie verlangt',
  'Where a run stands, or everything that is open': 'Wie es um einen Lauf steht, oder alles, was offen ist',
  'Why: evidence, what matched, every check, who may do what; alone: the rules on one page':
    'Warum: Belege, was passte, jede Prüfung, wer was darf; allein: die Regeln auf einer Seite',
  'Stop a run before its next request, or close one that needs a person':
    'Hält einen Lauf vor der nächsten Anfrage an, oder schließt einen, der einen Menschen braucht',
  'Undo what a run changed, in the way its runbook declares':
    'Macht rückgängig, was ein Lauf geändert hat, so wie es sein Runbook vorsieht',
  'Take a run into your own hands; runbot sends nothing more for it until you resume it':
    'Sie übernehmen einen Lauf; runbot sendet dafür nichts mehr, bis Sie ihn mit resume fortsetzen',
  'Let runbot go on with a run that needed a person; everything is checked again':
    'Lässt runbot einen Lauf fortsetzen, der einen Menschen brauchte; alles wird neu geprüft',
  'Try again what failed, and nothing else, where the runbook allows it':
    'Versucht noch einmal, was fehlschlug, und nur das, wo das Runbook es erlaubt',
  'You looked: say whether a request happened whose outcome is unknown':
    'Sie haben nachgesehen: sagen Sie, ob eine Anfrage mit unbekanntem Ergebnis ausgeführt wurde',
  'You reported it: say whether it works again': 'Sie haben es gemeldet: sagen Sie, ob es wieder geht',
  'Kill switch: no new changes, for everything or for env:, service:, runbook:, endpoint:':
    'Notschalter (Sperre): keine neuen Änderungen, für alles oder für env:, service:, runbook:, endpoint:',
  'End a freeze': 'Hebt eine Sperre (Freeze) auf',
  'Emergency: have two people of its own role decide instead; everybody hears of it':
    'Notfall: zwei Personen der Notfallrolle entscheiden stattdessen; alle erfahren davon',
  'Sign a standing exception of governance.yaml; it takes two people':
    'Unterzeichnet eine dauerhafte Ausnahme aus governance.yaml; es braucht zwei Personen',
  'Take your signature back': 'Zieht Ihre Unterschrift zurück',
  'Set how far runbot may go: shadow, advise, approve, auto; default takes it back':
    'Legt fest, wie weit runbot gehen darf: shadow, advise, approve, auto; default nimmt es zurück',
  'This conversation gets the incidents of that group or service':
    'Diese Unterhaltung bekommt die Incidents dieser Gruppe oder dieses Service',
  'This conversation gets no more incidents': 'Diese Unterhaltung bekommt keine Incidents mehr',
  'The audit trail of a run, and whether its chain holds':
    'Das Protokoll eines Laufs, und ob seine Kette unversehrt ist',
  'What ran, what it saved and what was refused, over a time':
    'Was in einer Zeit lief, was es gespart hat und was abgelehnt wurde',
  'Who runbot thinks you are, and what you may do': 'Für wen runbot Sie hält, und was Sie dürfen',
}

export const spanishMenus: { readonly [english: string]: string } = {
  'Show what you can say': 'Muestra lo que puede decir',
  'List the runbooks, or those that fit the words': 'Enumera los runbooks, o los que coinciden con las palabras',
  'Dry run: show exactly what would be sent, and what policy says of it':
    'Simulación: muestra exactamente qué se enviaría y qué dice la política',
  'Run a runbook, with the approvals that policy asks for':
    'Ejecuta un runbook, con las aprobaciones que exige la política',
  'Where a run stands, or everything that is open': 'En qué punto está una ejecución, o todo lo que está abierto',
  'Why: evidence, what matched, every check, who may do what; alone: the rules on one page':
    'Por qué: evidencias, coincidencias, cada control, quién puede qué; solo: las reglas en una página',
  'Stop a run before its next request, or close one that needs a person':
    'Detiene una ejecución antes de su próxima petición, o cierra una que necesita a una persona',
  'Undo what a run changed, in the way its runbook declares':
    'Deshace lo que cambió una ejecución, como lo declara su runbook',
  'Take a run into your own hands; runbot sends nothing more for it until you resume it':
    'Toma usted el control de una ejecución; runbot no envía nada más hasta que la reanude con resume',
  'Let runbot go on with a run that needed a person; everything is checked again':
    'Deja que runbot siga con una ejecución que necesitaba a una persona; todo se comprueba de nuevo',
  'Try again what failed, and nothing else, where the runbook allows it':
    'Vuelve a intentar lo que falló, y nada más, donde el runbook lo permite',
  'You looked: say whether a request happened whose outcome is unknown':
    'Usted lo comprobó: diga si se realizó una petición cuyo resultado se desconoce',
  'You reported it: say whether it works again': 'Usted lo notificó: diga si vuelve a funcionar',
  'Kill switch: no new changes, for everything or for env:, service:, runbook:, endpoint:':
    'Parada de emergencia: sin cambios nuevos, para todo o para env:, service:, runbook:, endpoint:',
  'End a freeze': 'Termina una congelación',
  'Emergency: have two people of its own role decide instead; everybody hears of it':
    'Emergencia: deciden en su lugar dos personas del rol de emergencia; todos se enteran',
  'Sign a standing exception of governance.yaml; it takes two people':
    'Firma una excepción permanente de governance.yaml; hacen falta dos personas',
  'Take your signature back': 'Retira su firma',
  'Set how far runbot may go: shadow, advise, approve, auto; default takes it back':
    'Fija hasta dónde puede llegar runbot: shadow, advise, approve, auto; default lo revierte',
  'This conversation gets the incidents of that group or service':
    'Esta conversación recibe los incidentes de ese grupo o servicio',
  'This conversation gets no more incidents': 'Esta conversación deja de recibir incidentes',
  'The audit trail of a run, and whether its chain holds':
    'El registro de auditoría de una ejecución, y si su cadena está íntegra',
  'What ran, what it saved and what was refused, over a time':
    'Qué se ejecutó, qué ahorró y qué se rechazó en un período',
  'Who runbot thinks you are, and what you may do': 'Quién cree runbot que es usted, y qué puede hacer',
}
