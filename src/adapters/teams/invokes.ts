// Owns what a click is answered with: a sentence, a card, or an error, in the shapes of Universal Actions.
import type { ClickAnswer } from '../../ports/inbound.ts'

/** An HTTP answer to an activity. */
export interface Outcome {
  readonly status: number
  readonly body?: object
}

export const accepted: Outcome = { status: 200 }

export function answered(answer: ClickAnswer): Outcome {
  const [type, value] =
    'message' in answer
      ? ['application/vnd.microsoft.activity.message', answer.message]
      : ['application/vnd.microsoft.card.adaptive', answer.card]
  return { status: 200, body: { statusCode: 200, type, value } }
}

/** A refusal at the door. The HTTP status says the same as the body, for clients that look at one only. */
export function refusal(status: 400 | 403 | 501, message: string): Outcome {
  const code = { 400: 'BadRequest', 403: 'Forbidden', 501: 'NotImplemented' }[status]
  return { status, body: { statusCode: status, type: 'application/vnd.microsoft.error', value: { code, message } } }
}
