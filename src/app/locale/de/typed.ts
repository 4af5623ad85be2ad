// Owns the German of what is wrong with a line that somebody typed.
export const typed = {
  '{reason:message} Write `{usage}`.': '{reason} Schreiben Sie `{usage}`.',
  'Did you mean `{word}`?': 'Meinten Sie `{word}`?',
  'That is too long: a command has at most {n:number} characters.':
    'Das ist zu lang: Ein Befehl hat höchstens {n} Zeichen.',
  'You did not say what to do.': 'Sie haben nicht gesagt, was zu tun ist.',
  'I do not know `{word}`.': 'Ich kenne `{word}` nicht.',
  '`{word}` is no command; `help` lists them.': '`{word}` ist kein Befehl; `help` listet sie.',
  '`{name}` is a runbook. To use it say `run` or, to look first, `plan`.':
    '`{name}` ist ein Runbook. Um es zu nutzen, sagen Sie `run` oder, um erst zu sehen, `plan`.',
  '`{number}` is an incident.': '`{number}` ist ein Incident.',
  'Approvals are given on the card, where what is approved can be seen; `status` posts it again.':
    'Freigaben geschehen auf der Karte, wo zu sehen ist, was freigegeben wird; `status` zeigt sie noch einmal.',
  'I do not know what `{word}` is for here.': 'Ich weiß nicht, wofür `{word}` hier steht.',
  'A quote is opened before `{word}` but never closed.':
    'Ein Anführungszeichen wird vor `{word}` geöffnet, aber nie geschlossen.',
  'A word is longer than {n:number} characters.': 'Ein Wort ist länger als {n} Zeichen.',
  '`for` needs an incident number, such as `for INC0010001`.':
    '`for` braucht eine Incident-Nummer, etwa `for INC0010001`.',
  'Two incidents are named with `for`; a run belongs to one.':
    'Mit `for` sind zwei Incidents genannt; ein Lauf gehört zu einem.',
  'Two incidents are named; a plan belongs to one.': 'Zwei Incidents sind genannt; ein Plan gehört zu einem.',
  'More than {n:number} words: name fewer at once.': 'Mehr als {n} Wörter: Nennen Sie weniger auf einmal.',
  'The reason is longer than {n:number} characters.': 'Der Grund ist länger als {n} Zeichen.',
  'No reason stands behind `because`.': 'Hinter `because` steht kein Grund.',
  'The reason is empty.': 'Der Grund ist leer.',
  "`{word}` cannot be a parameter's name. Write `name=value`, or quotes around the whole word.":
    '`{word}` kann kein Parametername sein. Schreiben Sie `name=value`, oder das ganze Wort in Anführungszeichen.',
  'The parameter `{name}` is given twice.': 'Der Parameter `{name}` ist doppelt angegeben.',
  'The value of `{name}` is longer than {n:number} characters.': 'Der Wert von `{name}` ist länger als {n} Zeichen.',
  'More than {n:number} parameters are given.': 'Mehr als {n} Parameter sind angegeben.',
  '`{command}` needs a run; `status` lists them.': '`{command}` braucht einen Lauf; `status` listet sie.',
  '`settle` needs a run, and whether it happened: yes or no.':
    '`settle` braucht einen Lauf, und ob es passiert ist: yes oder no.',
  '`confirm` needs a run, and whether it works again: yes or no.':
    '`confirm` braucht einen Lauf, und ob es wieder funktioniert: yes oder no.',
  'To break the glass takes a reason.': 'Break-glass braucht einen Grund.',
  '`watch` needs a group or a service.': '`watch` braucht eine Gruppe oder einen Dienst.',
  '`{command}` needs the name of a standing exception; `explain` lists them.':
    '`{command}` braucht den Namen einer dauerhaften Ausnahme; `explain` listet sie.',
  '`{command}` needs a runbook; `runbooks` lists them.': '`{command}` braucht ein Runbook; `runbooks` listet sie.',
  'A target is empty.': 'Ein Ziel ist leer.',
  '`run` needs a runbook; `plan {number}` shows which fit that incident.':
    '`run` braucht ein Runbook; `plan {number}` zeigt, welche zum Incident passen.',
  'There is no runbook `{name}`; `runbooks` lists them.': 'Es gibt kein Runbook `{name}`; `runbooks` listet sie.',
  'There is no runbook `{name}` to freeze.': 'Es gibt kein Runbook `{name}` zum Sperren.',
  'There is no runbook `{name}`.': 'Es gibt kein Runbook `{name}`.',
  'A reason stands behind `because`, and there is one scope at a time.':
    'Ein Grund steht hinter `because`, und es gibt nur einen Bereich auf einmal.',
  '`{word}` is no scope: {scopes}.': '`{word}` ist kein Bereich: {scopes}.',
  'A freeze needs its reason.': 'Eine Sperre braucht ihren Grund.',
  '`autonomy` needs a level: {levels}.': '`autonomy` braucht eine Stufe: {levels}.',
  '`{word}` is no level: {levels}.': '`{word}` ist keine Stufe: {levels}.',
  'A report covers a time such as `24h` or `7d`.': 'Ein Bericht deckt eine Zeit ab, etwa `24h` oder `7d`.',
} as const
