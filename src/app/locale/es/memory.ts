// Owns the Spanish of the memory: what people said helped, and what ended incidents such as this one.
export const memory = {
  // memory.ts of the core
  'people say it helped {worked:number} of {count:number} times on this CI':
    'según las personas, en este CI ayudó {worked} de {count} veces',
  'people say it helped {worked:number} of {count:number} times in class {class}':
    'según las personas, en la clase {class} ayudó {worked} de {count} veces',
  'closed like this once: {what}': 'cerrado así una vez: {what}',
  'closed like this {n:number} times: {what}': 'cerrado así {n} veces: {what}',
  'closed like this once, and {m:number} times it did not help: {what}':
    'cerrado así una vez, y {m} veces no ayudó: {what}',
  'closed like this {n:number} times, and {m:number} times it did not help: {what}':
    'cerrado así {n} veces, y {m} veces no ayudó: {what}',
  'closed like this, as the records say, once: {what}': 'según los registros, cerrado así una vez: {what}',
  'closed like this, as the records say, {n:number} times: {what}':
    'según los registros, cerrado así {n} veces: {what}',
  'did not help: {what}': 'no ayudó: {what}',
  // learn.ts
  'Learnt: {what:message} helped with {name}. learn {again} forget takes it back.':
    'Aprendido: {what} ayudó con {name}. learn {again} forget lo retira.',
  'Learnt: {what:message} did not help with {name}. learn {again} forget takes it back.':
    'Aprendido: {what} no ayudó con {name}. learn {again} forget lo retira.',
  'what you wrote': 'lo que usted escribió',
  'Forgotten: 1 lesson of {name}. The audit trail keeps who said it, and who took it back.':
    'Olvidado: 1 lección de {name}. El registro de auditoría conserva quién lo dijo y quién lo retiró.',
  'Forgotten: {n:number} lessons of {name}. The audit trail keeps who said it, and who took it back.':
    'Olvidado: {n} lecciones de {name}. El registro de auditoría conserva quién lo dijo y quién lo retiró.',
  'Recorded: {run} would have been right. report counts it.':
    'Registrado: {run} habría sido correcta. report la cuenta.',
  'Recorded: {run} would have been wrong. report counts it.':
    'Registrado: {run} habría sido errónea. report la cuenta.',
  'nothing was learnt of {name}': 'no se aprendió nada de {name}',
  'learn … yes or no says what helped': 'learn … yes o no dice qué ayudó',
  '{run} has not ended': '{run} no ha terminado',
  'say what helped when it has': 'diga qué ayudó cuando termine',
  '{run} has sent nothing, so it cannot have helped': '{run} no envió nada, así que no pudo ayudar',
  'what helped with {name} is not said': 'no se dice qué ayudó con {name}',
  'name the runbook, or write what people did: learn {name} because "…"':
    'nombre el runbook, o escriba qué hicieron las personas: learn {name} because "…"',
  'say what helped': 'decir qué ayudó',
  'take this back': 'retirar esto',
}
