// Owns the German of the memory: what people said helped, and what ended incidents such as this one.
export const memory = {
  // memory.ts of the core
  'people say it helped {worked:number} of {count:number} times on this CI':
    'laut Menschen hat es auf diesem CI in {worked} von {count} Fällen geholfen',
  'people say it helped {worked:number} of {count:number} times in class {class}':
    'laut Menschen hat es in der Klasse {class} in {worked} von {count} Fällen geholfen',
  'closed like this once: {what}': 'einmal so geschlossen: {what}',
  'closed like this {n:number} times: {what}': '{n} Mal so geschlossen: {what}',
  'closed like this once, and {m:number} times it did not help: {what}':
    'einmal so geschlossen, und {m} Mal hat es nicht geholfen: {what}',
  'closed like this {n:number} times, and {m:number} times it did not help: {what}':
    '{n} Mal so geschlossen, und {m} Mal hat es nicht geholfen: {what}',
  'closed like this, as the records say, once: {what}': 'laut den Aufzeichnungen einmal so geschlossen: {what}',
  'closed like this, as the records say, {n:number} times: {what}':
    'laut den Aufzeichnungen {n} Mal so geschlossen: {what}',
  'did not help: {what}': 'hat nicht geholfen: {what}',
  // learn.ts
  'Learnt: {what:message} helped with {name}. learn {again} forget takes it back.':
    'Gelernt: {what} hat bei {name} geholfen. learn {again} forget nimmt es zurück.',
  'Learnt: {what:message} did not help with {name}. learn {again} forget takes it back.':
    'Gelernt: {what} hat bei {name} nicht geholfen. learn {again} forget nimmt es zurück.',
  'what you wrote': 'was Sie geschrieben haben',
  'Forgotten: 1 lesson of {name}. The audit trail keeps who said it, and who took it back.':
    'Vergessen: 1 Lehre aus {name}. Das Audit-Protokoll behält, wer es gesagt und wer es zurückgenommen hat.',
  'Forgotten: {n:number} lessons of {name}. The audit trail keeps who said it, and who took it back.':
    'Vergessen: {n} Lehren aus {name}. Das Audit-Protokoll behält, wer es gesagt und wer es zurückgenommen hat.',
  'Recorded: {run} would have been right. report counts it.':
    'Aufgezeichnet: {run} wäre richtig gewesen. report zählt es.',
  'Recorded: {run} would have been wrong. report counts it.':
    'Aufgezeichnet: {run} wäre falsch gewesen. report zählt es.',
  'nothing was learnt of {name}': 'aus {name} wurde nichts gelernt',
  'learn … yes or no says what helped': 'learn … yes oder no sagt, was geholfen hat',
  '{run} has not ended': '{run} ist nicht zu Ende',
  'say what helped when it has': 'sagen Sie danach, was geholfen hat',
  '{run} has sent nothing, so it cannot have helped': '{run} hat nichts gesendet, also kann er nicht geholfen haben',
  'what helped with {name} is not said': 'was bei {name} geholfen hat, ist nicht gesagt',
  'name the runbook, or write what people did: learn {name} because "…"':
    'nennen Sie das Runbook, oder schreiben Sie, was Menschen taten: learn {name} because "…"',
  'say what helped': 'sagen, was geholfen hat',
  'take this back': 'das zurücknehmen',
}
