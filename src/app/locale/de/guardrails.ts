// Owns the German of what the guardrails say, and of what would make them pass.
export const guardrails = {
  '{reason:message} (unknown is not allowed in production)': '{reason} (Unbekanntes ist in Produktion nicht erlaubt)',
  '{why}, so it asks {rule}': '{why}, darum fragt es {rule}',
  'autonomy is {level}: it is recorded, nothing is sent':
    'Autonomie ist {level}: wird aufgezeichnet, nichts wird gesendet',
  'autonomy is approve: people decide': 'Autonomie ist approve: Menschen entscheiden',
  'autonomy is {level} by now': 'Autonomie ist inzwischen {level}',
  // matrix.ts
  'tier {tier} in {names} runs by itself': 'Tier {tier} in {names} läuft von selbst',
  'tier {tier} in {names} asks a rule that is not declared':
    'Tier {tier} in {names} fragt eine Regel, die nicht erklärt ist',
  'tier {tier} in {names} asks {rule}': 'Tier {tier} in {names} fragt {rule}',
  'declare the rule in governance.yaml': 'erklären Sie die Regel in governance.yaml',
  'tier {tier} in {names} is for people only: runbot never sends it':
    'Tier {tier} in {names} ist nur für Menschen: runbot sendet es nie',
  'tier {tier} in {names} is for people only': 'Tier {tier} in {names} ist nur für Menschen',
  'run it by hand; the exact request is shown': 'führen Sie es von Hand aus; die genaue Anfrage wird gezeigt',
  'tier {tier} in {names} is forbidden': 'Tier {tier} in {names} ist verboten',
  'change the matrix in governance.yaml for {names}': 'ändern Sie die Matrix in governance.yaml für {names}',
  // freeze.ts
  'whether there is a freeze cannot be told: {why}': 'ob es eine Sperre gibt, lässt sich nicht feststellen: {why}',
  'whether there is a freeze cannot be told': 'ob es eine Sperre gibt, lässt sich nicht feststellen',
  'wait for the unfreeze of {scope}': 'warten Sie, bis die Sperre von {scope} aufgehoben ist',
  'wait for the unfreeze': 'warten Sie, bis die Sperre aufgehoben ist',
  'wait until it is over': 'warten Sie, bis sie vorbei ist',
  'calendar {name} freezes it: {why}': 'Kalender {name} sperrt es: {why}',
  'calendar {name} freezes it: {why}; {groups} may let it through':
    'Kalender {name} sperrt es: {why}; {groups} darf es durchlassen',
  'nothing is frozen in {names}': 'in {names} ist nichts gesperrt',
  'everything is frozen by {name}: {reason}': 'alles ist gesperrt durch {name}: {reason}',
  '{scope} is frozen by {name}: {reason}': '{scope} ist gesperrt durch {name}: {reason}',
  // anti-flap.ts
  'no limit is set': 'keine Grenze gesetzt',
  'earlier runs on {target} cannot be counted: {why}': 'frühere Läufe auf {target} lassen sich nicht zählen: {why}',
  'try again when the store answers': 'versuchen Sie es erneut, wenn der Speicher antwortet',
  '{runbook} already acted on {target} {n:number}× within {time} (limit {max:number})':
    '{runbook} hat auf {target} schon {n}× innerhalb von {time} gehandelt (Grenze {max})',
  'wait {time}, or look for the cause that keeps coming back':
    'warten Sie {time}, oder suchen Sie die Ursache, die immer wiederkommt',
  'acted {n:number}× there lately, at most {limits} per CI': 'dort zuletzt {n}× gehandelt, höchstens {limits} je CI',
  // blast-radius.ts
  'it reaches {n:number} users, and the limit is {limit:number}': 'es erreicht {n} Benutzer, die Grenze ist {limit}',
  'it reaches {n:number} CIs, and the limit is {limit:number}': 'es erreicht {n} CIs, die Grenze ist {limit}',
  'narrow the targets, or have a person do it': 'grenzen Sie die Ziele ein, oder lassen Sie es einen Menschen tun',
  'how many users it reaches cannot be told: {why}':
    'wie viele Benutzer es erreicht, lässt sich nicht feststellen: {why}',
  'how many CIs it reaches cannot be told: {why}': 'wie viele CIs es erreicht, lässt sich nicht feststellen: {why}',
  'complete the CI in the CMDB, or try again when ServiceNow answers':
    'ergänzen Sie die CI in der CMDB, oder versuchen Sie es erneut, wenn ServiceNow antwortet',
  '{n:number} of at most {limit:number} users': '{n} von höchstens {limit} Benutzern',
  '{n:number} of at most {limit:number} CIs': '{n} von höchstens {limit} CIs',
  // change-window.ts
  'none is needed here': 'hier ist keins nötig',
  '{name} is pre-approved: runbot opens the standard change {template}, and closes it at the end':
    '{name} ist vorab freigegeben: runbot eröffnet den Standard-Change {template} und schließt ihn am Ende',
  'changes on {target} cannot be read: {why}': 'Changes auf {target} lassen sich nicht lesen: {why}',
  'try again when ServiceNow answers': 'versuchen Sie es erneut, wenn ServiceNow antwortet',
  'move a change on {target} to Implement inside its window, or wait for the next open calendar':
    'setzen Sie einen Change auf {target} in seinem Fenster auf Implement, oder warten Sie auf den nächsten offenen Kalender',
  'calendar {name} is open: {why}': 'Kalender {name} ist offen: {why}',
  'no change on {target} is in Implement now{more:message}': 'kein Change auf {target} ist jetzt in Implement{more}',
  'no change on {target} is in Implement now': 'kein Change auf {target} ist jetzt in Implement',
  ', and no calendar is open': ', und kein Kalender ist offen',
  '{numbers} is in Implement, without conflicts': '{numbers} ist in Implement, ohne Konflikte',
  '{numbers} is in Implement': '{numbers} ist in Implement',
  '{what:message}, but whether it is in conflict cannot be told: {why}':
    '{what}, aber ob ein Konflikt besteht, lässt sich nicht feststellen: {why}',
  'run the conflict check of the change in ServiceNow, or try again':
    'starten Sie die Konfliktprüfung des Changes in ServiceNow, oder versuchen Sie es erneut',
  '{number} is in conflict: {with}': '{number} steht in Konflikt: {with}',
  'resolve it in {number}': 'lösen Sie ihn in {number}',
  // do-not-touch.ts
  'nothing is excluded': 'nichts ist ausgenommen',
  'whether {target} must be left alone cannot be told: {why}':
    'ob {target} unberührt bleiben muss, lässt sich nicht feststellen: {why}',
  'complete the facts of {target} in the CMDB': 'ergänzen Sie die Angaben zu {target} in der CMDB',
  '{target} must be left alone: {rule}': '{target} muss unberührt bleiben: {rule}',
  'name another target; this one is for people only': 'nennen Sie ein anderes Ziel; dieses ist nur für Menschen',
  'no target fits {rule}': 'kein Ziel erfüllt {rule}',
  // environment.ts
  '{target} is not in the CMDB, so it counts as production': '{target} ist nicht in der CMDB, gilt also als Produktion',
  'the environment of {target} is empty, so it counts as production':
    'die Umgebung von {target} ist leer, gilt also als Produktion',
  'the environment of {target} is unknown ({why}), so it counts as production':
    'die Umgebung von {target} ist unbekannt ({why}), gilt also als Produktion',
  'whether {target} is {environment} cannot be told ({why}), so it counts as production':
    'ob {target} zu {environment} gehört, lässt sich nicht feststellen ({why}), gilt also als Produktion',
  '{target} is in {environment}': '{target} ist in {environment}',
  '{target} fits no environment, so it counts as production':
    '{target} passt zu keiner Umgebung, gilt also als Produktion',
  '{runbook} may not run in {names}: {why:message}': '{runbook} darf in {names} nicht laufen: {why}',
  'add {names} to limits.environments of {runbook}, or name another target':
    'nehmen Sie {names} in limits.environments von {runbook} auf, oder nennen Sie ein anderes Ziel',
  // incident-open.ts
  'it runs without an incident': 'läuft ohne Incident',
  'INC{number} is {state} by now': 'INC{number} ist inzwischen {state}',
  'reopen {number} if it still hurts': 'öffnen Sie {number} wieder, wenn es noch besteht',
  'INC{number} is open': 'INC{number} ist offen',
  // one-run-per-ci.ts
  'whether another run is at work on {target} cannot be told: {why}':
    'ob ein anderer Lauf auf {target} arbeitet, lässt sich nicht feststellen: {why}',
  'run {run} is at work on {target}': 'Lauf {run} arbeitet auf {target}',
  'run {run} is at work on the same CI': 'Lauf {run} arbeitet auf derselben CI',
  'wait until {run} has ended, or stop it': 'warten Sie, bis {run} zu Ende ist, oder stoppen Sie ihn',
  'no other run is at work there': 'kein anderer Lauf arbeitet dort',
  // requester.ts
  'an incident started it, nobody asked for it': 'ein Incident hat es gestartet, niemand hat es angefordert',
  'whether {name} belongs to {groups} cannot be told: {why}':
    'ob {name} zu {groups} gehört, lässt sich nicht feststellen: {why}',
  '{name} may request {runbook}': '{name} darf {runbook} anfordern',
  '{name} may not request {runbook}': '{name} darf {runbook} nicht anfordern',
  'ask a member of {groups} to request it': 'bitten Sie ein Mitglied von {groups}, es anzufordern',
  'name who may request {runbook} in governance.yaml': 'nennen Sie in governance.yaml, wer {runbook} anfordern darf',
  // runs-per-hour.ts, targets.ts, vip.ts
  'runs of the last hour cannot be counted: {why}': 'Läufe der letzten Stunde lassen sich nicht zählen: {why}',
  'try again': 'versuchen Sie es erneut',
  '{n:number} runs began in the last hour (limit {limit:number})':
    '{n} Läufe begannen in der letzten Stunde (Grenze {limit})',
  'wait, and look why': 'warten Sie, und sehen Sie nach, warum',
  '{n:number} of at most {limit:number}': '{n} von höchstens {limit}',
  '{n:number} targets, and the limit is {max:number}': '{n} Ziele, und die Grenze ist {max}',
  'name fewer targets': 'nennen Sie weniger Ziele',
  '{names} is not in the CMDB': '{names} ist nicht in der CMDB',
  'use the CI name as ServiceNow shows it, or add the CI':
    'nehmen Sie den CI-Namen, wie ServiceNow ihn zeigt, oder legen Sie die CI an',
  'whether a VIP is affected cannot be told: {why}': 'ob ein VIP betroffen ist, lässt sich nicht feststellen: {why}',
  'no VIP is affected': 'kein VIP ist betroffen',
  'a VIP is affected, and the limits say stop': 'ein VIP ist betroffen, und die Grenzen sagen Stopp',
  'have a person do it': 'lassen Sie es einen Menschen tun',
  'a VIP is affected, so people decide': 'ein VIP ist betroffen, darum entscheiden Menschen',
  // waivers.ts
  '{why:message}; without it: {reason:message}': '{why}; ohne das: {reason}',
  'set aside, for {name} broke the glass: {reason}': 'außer Kraft, denn {name} hat Break-glass ausgelöst: {reason}',
  'standing exception {name} ({reason}), signed by {who}':
    'dauerhafte Ausnahme {name} ({reason}), unterschrieben von {who}',
  // match.ts
  'it is started by people only': 'wird nur von Menschen gestartet',
  'class {name} is not declared': 'Klasse {name} ist nicht erklärt',
  'class {name} has no condition': 'Klasse {name} hat keine Bedingung',
  'class {name} holds': 'Klasse {name} trifft zu',
  'class {name} does not hold': 'Klasse {name} trifft nicht zu',
  '{expression} does not hold, it is {found}': '{expression} trifft nicht zu, es ist {found}',
  '{expression} cannot be told: {why}': '{expression} lässt sich nicht feststellen: {why}',
  '{expression} does not hold': '{expression} trifft nicht zu',
  '{expression} holds': '{expression} trifft zu',
  '{n:number} of {count:number} within {minutes:number} min by {by}':
    '{n} von {count} innerhalb von {minutes} min nach {by}',
  'whether it came back {count:number} times within {minutes:number} min by {by} cannot be told':
    'ob es {count}-mal innerhalb von {minutes} min nach {by} wiederkam, lässt sich nicht feststellen',
} as const
