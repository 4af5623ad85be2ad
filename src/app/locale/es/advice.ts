// Owns the Spanish of what a model advised, and of what of it did not count.
export const advice = {
  // guardrails/advice.ts
  'no model had a say in it': 'ningún modelo ha intervenido',
  'nothing of the plan is a model’s': 'nada del plan viene de un modelo',
  'the model {model} says that no runbook that fits helps, so people decide':
    'el modelo {model} dice que ningún runbook adecuado ayuda, así que deciden personas',
  '{names} is proposed by the model {model}, so people decide':
    '{names} lo propone el modelo {model}, así que deciden personas',
  '{runbook} is chosen by the model {model}, so people decide':
    '{runbook} lo ha elegido el modelo {model}, así que deciden personas',
  Advice: 'Consejo del modelo',
  // advice-lines.ts
  'Proposed by the model ': 'Propuesto por el modelo ',
  'The model ': 'El modelo ',
  'What a model said': 'Qué dice un modelo',
  ', {percent:number} % sure': ', seguro al {percent} %',
  'says that none of these runbooks helps': 'dice que ninguno de estos runbooks ayuda',
  'Not counted: ': 'No cuenta: ',
  // core/advice.ts
  'the rules carry on without the model: {why:message}': 'las reglas siguen sin el modelo: {why}',
  'it named {runbook}, which was not offered': 'nombró {runbook}, que no se le ofreció',
  'it named {runbook} twice': 'nombró {runbook} dos veces',
  'it ranked nothing that was offered': 'no ordenó nada de lo que se le ofreció',
  'its confidence is no number from 0 to 1': 'su confianza no es un número de 0 a 1',
  '{runbook} has no parameter {name}': '{runbook} no tiene el parámetro {name}',
  'parameter {name} is not for a model to fill in': 'el parámetro {name} no lo puede rellenar un modelo',
  'its value for {name} does not fit: {wanted}': 'su valor para {name} no encaja: {wanted}',
  // adapters/planner
  'it said "{name}" besides, which has no place here': 'dijo además «{name}», que aquí no tiene sitio',
  'it gave two values for {name}': 'dio dos valores para {name}',
  'it ranked {n:number} runbooks, of which {most:number} were read':
    'ordenó {n} runbooks, de los que se leyeron {most}',
  'it did not answer in time': 'no respondió a tiempo',
  'it cannot be reached': 'no se puede llegar a él',
  'it takes no more questions for now': 'no admite más preguntas por ahora',
  'it does not let runbot in': 'no deja entrar a runbot',
  'there is no such model': 'no existe tal modelo',
  'it does not take the question': 'no acepta la pregunta',
  'its answer cannot be read': 'su respuesta no se puede leer',
  'its answer is not JSON': 'su respuesta no es JSON',
  'its answer has another shape than it was asked for': 'su respuesta tiene otra forma que la pedida',
  'its answer was too long': 'su respuesta era demasiado larga',
  'it refused to answer': 'se negó a responder',
  'it has had its share of this minute': 'ya ha gastado su parte de este minuto',
  'it failed several times in a row, so it is left alone for a moment':
    'falló varias veces seguidas, así que se le deja tranquilo un momento',
  'no identity of this machine gave a token for it': 'ninguna identidad de esta máquina dio un token para ello',
  'runbot met a bug': 'runbot ha dado con un error',
} as const
