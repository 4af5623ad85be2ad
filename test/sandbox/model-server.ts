// Owns the sandbox's model: an OpenAI-compatible server over real HTTP, whose mind is a plain function.
import { type Answer, type Call, objectOf, type ServeOptions, type Server, serve } from './server.ts'

/** What a mind is shown: the JSON between the data marks, or the whole message where there is none. */
export type Shown = Record<string, unknown>
/** What it answers: an object goes out as JSON, a text as it is. */
export type Mind = (shown: Shown) => unknown

export type ModelServer = Server & {
  /** Takes another mind for what is asked from now on. */
  think: (mind: Mind) => void
  /** Every question's messages, oldest first. */
  questions: { role: string; content: string }[][]
}

export const MODEL = 'sandbox-model'
export const MODEL_KEY = 'sk-sandbox-0123456789abcdef0123456789abcdef'

/** `POST /v1/chat/completions` (Azure: `/openai/v1/…`) as the API reference of OpenAI has it; bearer or api-key. */
export const startModel = async (mind: Mind, options: Omit<ServeOptions, 'handler'> = {}): Promise<ModelServer> => {
  let now = mind
  const questions: ModelServer['questions'] = []
  const handler = (call: Call): Answer => {
    const { authorization, 'api-key': key } = call.headers
    if (authorization !== `Bearer ${MODEL_KEY}` && key !== MODEL_KEY)
      return refusal(401, `Incorrect API key provided: ${authorization ?? 'none'}`, 'invalid_api_key')
    if (call.method !== 'POST' || !/^\/(?:openai\/)?v1\/chat\/completions$/.test(call.path))
      return refusal(404, 'Unknown request URL', 'unknown_url')
    const body = objectOf(call)
    if (body?.['model'] !== MODEL)
      return refusal(404, `The model ${String(body?.['model'])} does not exist`, 'model_not_found')
    const messages = (body['messages'] ?? []) as { role: string; content: string }[]
    questions.push(messages)
    const said = now(shownIn(messages))
    return { status: 200, body: completion(typeof said === 'string' ? said : JSON.stringify(said)) }
  }
  return { ...(await serve({ ...options, handler })), questions, think: (other) => void (now = other) }
}

const shownIn = (messages: readonly { role: string; content: string }[]): Shown => {
  const text = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const data = /<data>\n([\s\S]*)\n<\/data>/.exec(text)?.[1]
  return data === undefined ? { text } : (JSON.parse(data) as Shown)
}

const completion = (content: string) => ({
  id: 'chatcmpl-sandbox',
  object: 'chat.completion',
  created: 1_780_000_000,
  model: MODEL,
  choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})

const refusal = (status: number, message: string, code: string): Answer => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code } },
})
