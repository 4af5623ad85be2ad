// Owns what the demo cannot do, in words for the person at the terminal: never a stack.

/** Its message is all that a newcomer needs. */
export class Sorry extends Error {}

/** Any failure as a sentence, with the way out where there is a usual one. */
export function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, path, message } = error as NodeJS.ErrnoException
  const [first = ''] = message.split('\n')
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return `${first.replace(/ imported from .*/, '')}: run npm ci in the project's folder first.`
  if (code === 'ENOENT' && path) return `the file ${path} is missing: is the checkout complete?`
  return message
}
