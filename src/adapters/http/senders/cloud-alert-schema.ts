// Owns the data of the CloudEvents that runbot understands besides incidents: its own alerts and deployments, and CDEvents’ services.
import { z } from 'zod'
import { key, texts } from './schema.ts'

const some = (max: number) =>
  z.string('must be a text').min(1, 'must not be empty').max(max, `must not be longer than ${max} characters`)
const at = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-01T00:00:00Z' })
  .transform((text) => Date.parse(text))

/** A misspelt name would otherwise be lost without a word. */
const exactly = (what: string) => ({
  error: ({ code, keys = [] }: { readonly code: string; readonly keys?: readonly string[] }): string =>
    code === 'unrecognized_keys' ? `must not hold ${keys.map((each) => each.slice(0, 50)).join(', ')}` : what,
})

/** `io.runbot.alert`: an alert of a sender that has no door of its own. */
export const alertDataSchema = z.strictObject(
  {
    key,
    status: z.enum(['firing', 'resolved'], 'must be firing or resolved'),
    title: some(1_000),
    text: z.string('must be a text').exactOptional(),
    severity: some(50).exactOptional(),
    cis: z.array(some(200), 'must be a list of names').max(10, 'must not be more than 10').exactOptional(),
    symptom: some(200).exactOptional(),
    labels: texts.exactOptional(),
    startsAt: at.exactOptional(),
    endsAt: at.exactOptional(),
    incident: z
      .string('must be the incident’s number')
      .regex(/^INC\d{3,20}$/, 'must be INC and digits')
      .exactOptional(),
    link: z.url({ protocol: /^https?$/, error: 'must be an https address' }).exactOptional(),
  },
  exactly('must be an object with key, status and title'),
)

/** `io.runbot.deploy`: something was deployed, or rolled back. */
export const deployDataSchema = z.strictObject(
  {
    service: some(200),
    version: some(200),
    previous: some(200).exactOptional(),
    ci: some(200).exactOptional(),
    at: at.exactOptional(),
    by: some(200).exactOptional(),
    link: z.url({ protocol: /^https?$/, error: 'must be an https address' }).exactOptional(),
  },
  exactly('must be an object with service and version'),
)

/** CDEvents' service.deployed, upgraded and rolledback; of the rest of the event nothing is read. */
export const cdEventSchema = z.object(
  {
    context: z.object({ timestamp: at }, 'must be an object with timestamp'),
    subject: z.object(
      {
        id: some(512),
        content: z.object({ artifactId: some(1_024) }, 'must be an object with artifactId'),
      },
      'must be an object with id and content',
    ),
  },
  'must be an object with context and subject',
)
