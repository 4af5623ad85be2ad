// Owns the Spanish of storms: many alerts or incidents with one cause, and their quiet time.
export const storm = {
  // storm-lines.ts
  Storm: 'Tormenta',
  '1 member': '1 aviso',
  '{n:number} members': '{n} avisos',
  'Storm: {members:number} members of one cause, {resolved:number} resolved':
    'Tormenta: {members} avisos con una causa, {resolved} resueltos',
  'The alert is resolved.': 'La alerta está resuelta.',
  'All {n:number} members of this cause are resolved.': 'Los {n} avisos de esta causa están resueltos.',
  '. Likeliest root: ': '. Raíz más probable: ',
  ', for ': ', pues ',
  'Quiet until ': 'Silencio hasta ',
  ': more of the same is counted and not told. By ': ': más de lo mismo se cuenta y no se avisa. Por ',
  'Symptoms: ': 'Síntomas: ',
  '⛈️ **Storm**: {members:number} members of one cause, {resolved:number} resolved':
    '⛈️ **Tormenta**: {members} avisos con una causa, {resolved} resueltos',
  '. New: **{names}**': '. Nuevo: **{names}**',
  '. Likeliest root: **{ci}**, for {reason}': '. Raíz más probable: **{ci}**, pues {reason}',
  '🔕 **{name}** keeps it quiet until {time}: more of the same is counted and not told. A new symptom or a resolution is told all the same':
    '🔕 **{name}** lo mantiene en silencio hasta {time}: más de lo mismo se cuenta y no se avisa. Un síntoma nuevo o una resolución se avisa igualmente',
  '🔔 **{name}** ends the quiet time': '🔔 **{name}** termina el silencio',
  '{number} joined this run: {why:message}.': '{number} se unió a esta ejecución: {why}.',
  'Keep quiet': 'Silenciar',
  // storm.ts
  'same CI': 'mismo CI',
  'same signature': 'misma firma',
  'it came first': 'llegó primero',
  'it came before': 'llegó antes',
  'it was hit first': 'fue el primero afectado',
  '{ci} depends on {other}': '{ci} depende de {other}',
  '{ci} depends on it': '{ci} depende de él',
  '{ci} and {n:number} more depend on it': '{ci} y {n} más dependen de él',
  // quiet.ts
  'whether you may keep a storm quiet cannot be told: {reason:message}':
    'no se puede saber si usted puede silenciar una tormenta: {reason}',
  'you may not keep a storm quiet: that takes a member of {groups}':
    'usted no puede silenciar una tormenta: hace falta un miembro de {groups}',
  'it is not quiet': 'no está en silencio',
  'this is no storm: it has {members:number} members, and is one from {from:number} on':
    'esto no es una tormenta: tiene {members} avisos, y lo es a partir de {from}',
  'read them': 'léalos',
  'a storm is kept quiet for {n:number} min at most': 'una tormenta se silencia {n} min como máximo',
  'say {n:number}m, or less': 'diga {n}m, o menos',
  // suppress.ts
  'The storm of run {run} is told again.': 'La tormenta de la ejecución {run} se avisa otra vez.',
  'The storm of run {run} is quiet until {time}: more of the same is counted and not told. A new symptom or a resolution is told all the same.':
    'La tormenta de la ejecución {run} está en silencio hasta {time}: más de lo mismo se cuenta y no se avisa. Un síntoma nuevo o una resolución se avisa igualmente.',
} as const
