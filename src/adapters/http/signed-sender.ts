// Owns the proof of senders that sign as Standard Webhooks do: ServiceNow's business rule and CloudEvents.
import { verify } from '../wire/standard-webhooks.ts'
import type { Gate, Sender } from './sender.ts'

/** Open while there is a secret; `variable` is the one that holds it. */
export const signedSender = (
  source: string,
  variable: string,
  secrets: readonly string[],
  read: Gate['read'],
): Sender => ({
  source,
  repeats503Only: false,
  gate() {
    if (secrets.length === 0) return `This door is closed: ${variable} is not set on this runbot.`
    return {
      read,
      prove({ headers, body, now }) {
        const signed = verify({ secrets, headers, body, now })
        if (signed.ok) return { ok: true, id: signed.id }
        const reason = `The event is not signed as it must be: ${signed.reason}.`
        return { ok: false, status: 401, reason, scheme: 'StandardWebhooks' }
      },
    }
  },
})
