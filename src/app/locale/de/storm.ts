// Owns the German of storms: many alerts or incidents with one cause, and their quiet time.
export const storm = {
  // storm-lines.ts
  Storm: 'Sturm',
  '1 member': '1 Meldung',
  '{n:number} members': '{n} Meldungen',
  'Storm: {members:number} members of one cause, {resolved:number} resolved':
    'Sturm: {members} Meldungen mit einer Ursache, {resolved} behoben',
  'The alert is resolved.': 'Der Alarm ist behoben.',
  'All {n:number} members of this cause are resolved.': 'Alle {n} Meldungen dieser Ursache sind behoben.',
  '. Likeliest root: ': '. Wahrscheinlichste Ursache: ',
  ', for ': ', denn ',
  'Quiet until ': 'Ruhe bis ',
  ': more of the same is counted and not told. By ': ': weitere gleiche werden gezählt, nicht gemeldet. Von ',
  'Symptoms: ': 'Symptome: ',
  '⛈️ **Storm**: {members:number} members of one cause, {resolved:number} resolved':
    '⛈️ **Sturm**: {members} Meldungen mit einer Ursache, {resolved} behoben',
  '. New: **{names}**': '. Neu: **{names}**',
  '. Likeliest root: **{ci}**, for {reason}': '. Wahrscheinlichste Ursache: **{ci}**, denn {reason}',
  '🔕 **{name}** keeps it quiet until {time}: more of the same is counted and not told. A new symptom or a resolution is told all the same':
    '🔕 **{name}** hält es ruhig bis {time}: weitere gleiche werden gezählt, nicht gemeldet. Ein neues Symptom oder eine Behebung wird trotzdem gemeldet',
  '🔔 **{name}** ends the quiet time': '🔔 **{name}** beendet die Ruhezeit',
  '{number} joined this run: {why:message}.': '{number} gehört nun zu diesem Lauf: {why}.',
  'Keep quiet': 'Ruhe',
  // storm.ts
  'same CI': 'gleiche CI',
  'same signature': 'gleiche Signatur',
  'it came first': 'kam zuerst',
  'it came before': 'kam schon vorher',
  'it was hit first': 'sie war zuerst betroffen',
  '{ci} depends on {other}': '{ci} hängt von {other} ab',
  '{ci} depends on it': '{ci} hängt davon ab',
  '{ci} and {n:number} more depend on it': '{ci} und {n} weitere hängen davon ab',
  // quiet.ts
  'whether you may keep a storm quiet cannot be told: {reason:message}':
    'ob Sie einen Sturm ruhig halten dürfen, ist nicht feststellbar: {reason}',
  'you may not keep a storm quiet: that takes a member of {groups}':
    'Sie dürfen einen Sturm nicht ruhig halten: Das darf nur ein Mitglied von {groups}',
  'it is not quiet': 'es herrscht keine Ruhezeit',
  'this is no storm: it has {members:number} members, and is one from {from:number} on':
    'das ist kein Sturm: Er hat {members} Meldungen und ist einer ab {from}',
  'read them': 'lesen Sie sie',
  'a storm is kept quiet for {n:number} min at most': 'ein Sturm wird höchstens {n} min ruhig gehalten',
  'say {n:number}m, or less': 'sagen Sie {n}m oder weniger',
  // suppress.ts
  'The storm of run {run} is told again.': 'Der Sturm des Laufs {run} wird wieder gemeldet.',
  'The storm of run {run} is quiet until {time}: more of the same is counted and not told. A new symptom or a resolution is told all the same.':
    'Der Sturm des Laufs {run} ist ruhig bis {time}: weitere gleiche werden gezählt, nicht gemeldet. Ein neues Symptom oder eine Behebung wird trotzdem gemeldet.',
} as const
