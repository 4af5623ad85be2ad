// Owns the German of what a model advised, and of what of it did not count.
export const advice = {
  // guardrails/advice.ts
  'no model had a say in it': 'kein Modell hat mitgeredet',
  'nothing of the plan is a model’s': 'nichts am Plan stammt von einem Modell',
  'the model {model} says that no runbook that fits helps, so people decide':
    'das Modell {model} sagt, dass kein passendes Runbook hilft, darum entscheiden Menschen',
  '{names} is proposed by the model {model}, so people decide':
    '{names} hat das Modell {model} vorgeschlagen, darum entscheiden Menschen',
  '{runbook} is chosen by the model {model}, so people decide':
    '{runbook} hat das Modell {model} gewählt, darum entscheiden Menschen',
  Advice: 'Rat des Modells',
  // advice-lines.ts
  'Proposed by the model ': 'Vorgeschlagen vom Modell ',
  'The model ': 'Das Modell ',
  'What a model said': 'Was ein Modell sagt',
  ', {percent:number} % sure': ', zu {percent} % sicher',
  'says that none of these runbooks helps': 'sagt, dass keines dieser Runbooks hilft',
  'Not counted: ': 'Zählt nicht: ',
  // core/advice.ts
  'the rules carry on without the model: {why:message}': 'die Regeln machen ohne das Modell weiter: {why}',
  'it named {runbook}, which was not offered': 'es nannte {runbook}, das nicht angeboten war',
  'it named {runbook} twice': 'es nannte {runbook} zweimal',
  'it ranked nothing that was offered': 'es ordnete nichts, was angeboten war',
  'its confidence is no number from 0 to 1': 'seine Sicherheit ist keine Zahl von 0 bis 1',
  '{runbook} has no parameter {name}': '{runbook} hat keinen Parameter {name}',
  'parameter {name} is not for a model to fill in': 'Parameter {name} darf kein Modell ausfüllen',
  'its value for {name} does not fit: {wanted}': 'sein Wert für {name} passt nicht: {wanted}',
  // adapters/planner
  'it said "{name}" besides, which has no place here': 'es sagte außerdem „{name}“, wofür hier kein Platz ist',
  'it gave two values for {name}': 'es gab zwei Werte für {name}',
  'it ranked {n:number} runbooks, of which {most:number} were read':
    'es ordnete {n} Runbooks, von denen {most} gelesen wurden',
  'it did not answer in time': 'es hat nicht rechtzeitig geantwortet',
  'it cannot be reached': 'es ist nicht erreichbar',
  'it takes no more questions for now': 'es nimmt gerade keine Fragen mehr an',
  'it does not let runbot in': 'es lässt runbot nicht hinein',
  'there is no such model': 'ein solches Modell gibt es nicht',
  'it does not take the question': 'es nimmt die Frage nicht an',
  'its answer cannot be read': 'seine Antwort ist nicht lesbar',
  'its answer is not JSON': 'seine Antwort ist kein JSON',
  'its answer has another shape than it was asked for': 'seine Antwort hat eine andere Form als verlangt',
  'its answer was too long': 'seine Antwort war zu lang',
  'it refused to answer': 'es hat die Antwort verweigert',
  'it has had its share of this minute': 'seine Zeit für diese Minute ist verbraucht',
  'it failed several times in a row, so it is left alone for a moment':
    'es hat mehrmals hintereinander versagt und wird kurz in Ruhe gelassen',
  'no identity of this machine gave a token for it': 'keine Identität dieser Maschine gab ein Token dafür',
  'runbot met a bug': 'runbot ist auf einen Fehler gestoßen',
} as const
