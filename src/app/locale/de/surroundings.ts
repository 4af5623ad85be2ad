// Owns the German of what is around an incident, and of the guardrails that decide by it.
export const surroundings = {
  // guardrails/commander.ts, recent-deploy.ts
  'whether somebody commands {number} cannot be told: {why}':
    'ob jemand {number} führt, lässt sich nicht feststellen: {why}',
  'nobody has taken control of {number}': 'niemand hat die Führung von {number} übernommen',
  '{name} commands {number}, and the limits say stop': '{name} führt {number}, und die Grenzen sagen Stopp',
  'have {name} do it, or give {number} back': 'lassen Sie es {name} tun, oder lassen Sie {number} zurückgeben',
  '{name} commands {number}, so people decide': '{name} führt {number}, darum entscheiden Menschen',
  '{what} was deployed {when:message}': '{what} wurde {when} ausgeliefert',
  '{what} ended {when:message}': '{what} endete {when}',
  '{rest:message} (and {n:number} more)': '{rest} (und {n} weitere)',
  'at {time} UTC, {n:number} d before by {who}': 'um {time} UTC, {n} Tage zuvor, von {who}',
  'at {time} UTC, {n:number} d before': 'um {time} UTC, {n} Tage zuvor',
  'at {time} UTC by {who}': 'um {time} UTC von {who}',
  'at {time} UTC': 'um {time} UTC',
  'undoing that may be the better fix': 'das zurückzunehmen kann die bessere Lösung sein',
  'look at what was deployed first, and roll it back if it is the cause':
    'sehen Sie zuerst nach, was ausgeliefert wurde, und nehmen Sie es zurück, wenn es die Ursache ist',
  'what was deployed around {target} cannot be told: {why}':
    'was um {target} ausgeliefert wurde, lässt sich nicht feststellen: {why}',
  'nothing was deployed there within {n:number} min': 'dort wurde innerhalb von {n} min nichts ausgeliefert',
  'Recent deploy': 'Kürzlich ausgeliefert',
  // surroundings-lines.ts
  'Around it': 'Rundherum',
  '{n:number} unknown': '{n} unbekannt',
  'cannot be told: ': 'nicht feststellbar: ',
  'None:': 'Nichts:',
  none: 'nichts',
  Commander: 'Führung',
  Owner: 'Verantwortlich',
  'On call': 'Bereitschaft',
  Affected: 'Betroffen',
  Deployed: 'Ausgeliefert',
  Changes: 'Changes',
  Before: 'Früher',
  'Depends on': 'Hängt ab von',
  'Used by': 'Genutzt von',
  'ended {time}': 'endete {time}',
  'from {time}': 'ab {time}',
  'still open': 'noch offen',
} as const
