// Owns the Spanish of answers to commands: what was done, what there is, and of the list of commands.
import type { chat as german } from '../de/chat.ts'

export const chat: { readonly [english in keyof typeof german]: string } = {
  'What you can say': 'Qué puede decir',
  'What you can say to runbot': 'Qué puede decir a runbot',
  'In a channel, mention me first. Approvals happen on the card, never by text.':
    'En un canal, mencióneme primero. Las aprobaciones se dan en la tarjeta, nunca por texto.',
  Look: 'Mirar',
  Run: 'Ejecutar',
  Govern: 'Gobernar',
  'Show what you can say': 'Muestra qué puede decir',
  'List the runbooks, or those that fit the words': 'Lista los runbooks, o los que encajan con las palabras',
  'Dry run: show exactly what would be sent, and what policy says of it':
    'Simulación: muestra exactamente qué se enviaría y qué dice la política',
  'Run a runbook, with the approvals that policy asks for':
    'Ejecuta un runbook, con las aprobaciones que pida la política',
  'Where a run stands, or everything that is open': 'Dónde está una ejecución, o todo lo que está abierto',
  'Why: evidence, what matched, every check, who may do what; alone: the rules on one page':
    'Por qué: evidencia, qué encajó, cada control, quién puede qué; sola: las reglas en una página',
  'Stop a run before its next request, or close one that needs a person':
    'Detiene una ejecución antes de su siguiente petición, o cierra una que necesita a una persona',
  'Undo what a run changed, in the way its runbook declares':
    'Deshace lo que cambió una ejecución, como declara su runbook',
  'Take a run into your own hands; runbot sends nothing more for it until you resume it':
    'Asume una ejecución; runbot no envía nada más de ella hasta que usted la reanude',
  'Let runbot go on with a run that needed a person; everything is checked again':
    'Deja que runbot siga con una ejecución que necesitó a una persona; todo se comprueba de nuevo',
  'Try again what failed, and nothing else, where the runbook allows it':
    'Reintenta lo que falló, y nada más, donde el runbook lo permite',
  'You looked: say whether a request happened whose outcome is unknown':
    'Usted miró: diga si ocurrió una petición de resultado desconocido',
  'You reported it: say whether it works again': 'Usted lo notificó: diga si vuelve a funcionar',
  'Kill switch: no new changes, for everything or for env:, service:, runbook:, endpoint:':
    'Interruptor de emergencia: sin cambios nuevos, para todo o para env:, service:, runbook:, endpoint:',
  'End a freeze': 'Termina una congelación',
  'Emergency: have two people of its own role decide instead; everybody hears of it':
    'Emergencia: deciden dos personas de un rol propio; todos se enteran',
  'Sign a standing exception of governance.yaml; it takes two people':
    'Firma una excepción permanente de governance.yaml; hacen falta dos personas',
  'Take your signature back': 'Retira su firma',
  'Say what helped, or did not: runbot remembers only what people say':
    'Dice qué ayudó o no: runbot solo recuerda lo que dicen las personas',
  'Keep further alerts of a storm quiet for a time; new symptoms and recoveries are always told':
    'Calla un tiempo más alertas de una tormenta; los síntomas nuevos y las recuperaciones siempre se avisan',
  'Set how far runbot may go: shadow, advise, approve, auto; default takes it back':
    'Fija hasta dónde puede llegar runbot: shadow, advise, approve, auto; default lo retira',
  'This conversation gets the incidents of that group or service':
    'Esta conversación recibe los incidentes de ese grupo o servicio',
  'This conversation gets no more incidents': 'Esta conversación no recibe más incidentes',
  'The audit trail of a run, and whether its chain holds':
    'El registro de auditoría de una ejecución, y si su cadena se sostiene',
  'What ran, what it saved and what was refused, over a time':
    'Qué se ejecutó, qué ahorró y qué se rechazó, en un tiempo',
  'Who runbot thinks you are, and what you may do': 'Quién cree runbot que es usted, y qué puede hacer',
  'Nothing is open. `runbooks` shows what I can do.': 'No hay nada abierto. `runbooks` muestra lo que puedo hacer.',
  '`{id}` was written by a newer runbot, which this one cannot read':
    '`{id}` fue escrito por un runbot más reciente, que este no puede leer',
  '**1 open run**': '**1 ejecución abierta**',
  '**{n:number} open runs**': '**{n} ejecuciones abiertas**',
  ', waits until {time}': ', espera hasta {time}',
  'No runbook is about {words}. `runbooks` shows all.':
    'Ningún runbook trata de {words}. `runbooks` los muestra todos.',
  'There is no runbook yet.': 'Todavía no hay ningún runbook.',
  '**1 runbook**': '**1 runbook**',
  '**{n:number} runbooks**': '**{n} runbooks**',
  '⚠️ **possibly stale**, run `{run}` found: {reason}': '⚠️ **quizá obsoleto**, la ejecución `{run}` encontró: {reason}',
  owner: 'responsable',
  '**1 is off**, because of a mistake in a file': '**1 está desactivado**, por un error en un archivo',
  '**{n:number} are off**, because of a mistake in a file': '**{n} están desactivados**, por un error en un archivo',
  'You are **{name}**': 'Usted es **{name}**',
  'Entra object id': 'id. de objeto de Entra',
  In: 'En',
  'You are in no group that governance.yaml names.': 'No está en ningún grupo que nombre governance.yaml.',
  'Cannot be told': 'No se puede saber',
  'You may': 'Usted puede',
  'Not done: ': 'No se hizo: ',
  ' What helps: ': ' Qué ayuda: ',
  'Not done: this card names a run that does not exist here.':
    'No se hizo: esta tarjeta nombra una ejecución que aquí no existe.',
  'Teams did not say who you are (no Entra object id), so I cannot act on this. Try it from Teams itself.':
    'Teams no dijo quién es usted (sin id. de objeto de Entra), así que no puedo actuar. Inténtelo desde Teams.',
  'That did not go through on my side. Look at `status`, then try again.':
    'Eso no salió bien por mi parte. Mire `status` e inténtelo de nuevo.',
  'Working on it…': 'Trabajando en ello…',
  Updated: 'Actualizado',
  'Run {run}: {n:number} entries, consistent. {verify} compares them with the checkpoints. Head {head}. The closing work note carries the head of its own moment; {command} writes the log.':
    'Ejecución {run}: {n} entradas, coherente. {verify} las compara con los puntos de control. Cabecera {head}. La nota de trabajo final lleva la cabecera de su momento; {command} escribe el registro.',
  'Run {run}: {n:number} entries, consistent, not anchored. Head {head}. The closing work note carries the head of its own moment; {command} writes the log.':
    'Ejecución {run}: {n} entradas, coherente, sin anclar. Cabecera {head}. La nota de trabajo final lleva la cabecera de su momento; {command} escribe el registro.',
  'Autonomy of {where:message} is what governance.yaml says again. Tier 3 is never automatic. explain shows the whole page.':
    'Autonomía para {where}: vuelve a valer lo que dice governance.yaml. El nivel 3 nunca es automático. explain muestra la página entera.',
  'Autonomy of {where:message} is {level} now. Tier 3 is never automatic. explain shows the whole page.':
    'Autonomía para {where}: ahora {level}. El nivel 3 nunca es automático. explain muestra la página entera.',
  'every runbook in every environment': 'todo runbook en todo entorno',
  '{runbook} in every environment': '{runbook} en todo entorno',
  'BREAK-GLASS: run {run} now asks {n:number} people of {groups}, and sets aside {names}. Everybody hears of it: {reason}':
    'BREAK-GLASS: la ejecución {run} pregunta ahora a {n} personas de {groups} y deja sin efecto {names}. Todos se enteran: {reason}',
  'Everything is frozen: no new mutating request leaves. What is in flight finishes and is reported.':
    'Todo está congelado: no sale ninguna petición de cambio nueva. Lo que está en curso termina y se comunica.',
  '{scope} is frozen: no new mutating request leaves. What is in flight finishes and is reported.':
    '{scope} está congelado: no sale ninguna petición de cambio nueva. Lo que está en curso termina y se comunica.',
  'Everything is no longer frozen.': 'Ya no está todo congelado.',
  '{scope} is no longer frozen.': '{scope} ya no está congelado.',
  'Run {run} is closed: {reason:message}': 'La ejecución {run} está cerrada: {reason}',
  'Run {run} is stopped: nothing new leaves. {rest:message}':
    'La ejecución {run} está detenida: no sale nada nuevo. {rest}',
  'Run {run} is yours: runbot starts nothing more of it. {rest:message}':
    'La ejecución {run} es suya: runbot no inicia nada más de ella. {rest}',
  'Run {run} goes on; everything is checked again before anything leaves.':
    'La ejecución {run} sigue; todo se comprueba de nuevo antes de que salga nada.',
  'Run {run} is being rolled back, the last step first.':
    'La ejecución {run} se está revirtiendo, primero el último paso.',
  'Run {run} tries again what failed, and nothing else.': 'La ejecución {run} reintenta lo que falló, y nada más.',
  'Noted for run {run}.': 'Anotado para la ejecución {run}.',
  'Thank you. Noted for run {run}.': 'Gracias. Anotado para la ejecución {run}.',
  'Signed: {name} ({reason}). Signed by {who}. {state:message}':
    'Firmado: {name} ({reason}). Firmado por {who}. {state}',
  'You have signed it already: {name} ({reason}). Signed by {who}. {state:message}':
    'Usted ya la firmó: {name} ({reason}). Firmado por {who}. {state}',
  'One more person has to sign it; until then it sets nothing aside.':
    'Tiene que firmar una persona más; hasta entonces no deja nada sin efecto.',
  'It holds until {time}: {names} need not pass for {runbook}.':
    'Vale hasta {time}: {names} no tiene que cumplirse para {runbook}.',
  'Your signature under {name} is taken back.': 'Su firma en {name} queda retirada.',
  'This channel now gets the incidents of {subject} (it is taken as the name of a ServiceNow assignment group or of a service). unwatch {name} ends that.':
    'Este canal recibe ahora los incidentes de {subject} (se toma como nombre de un grupo de asignación de ServiceNow o de un servicio). unwatch {name} lo termina.',
  'This channel now gets the incidents of {subject}. unwatch {name} ends that.':
    'Este canal recibe ahora los incidentes de {subject}. unwatch {name} lo termina.',
  'This channel no longer gets the incidents of {names}.': 'Este canal ya no recibe los incidentes de {names}.',
}
