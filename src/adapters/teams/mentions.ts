// Owns mentions: the bot's own removed from what a person typed, other people's built into what runbot says.
import type { TextMessage } from '../../ports/channel.ts'
import { type Activity, Mention } from './schema.ts'

/** The text without the bot's mention, other mentions as their plain names, and whether the bot was mentioned. */
export function spokenText(activity: Activity): { readonly text: string; readonly mentioned: boolean } {
  let text = activity.text ?? ''
  let mentioned = false
  const own = { id: activity.recipient?.id, mark: `<at>${activity.recipient?.name ?? ''}</at>` }
  for (const entity of (activity.entities ?? []).slice(0, 100)) {
    const mention = Mention.safeParse(entity)
    if (!mention.success || mention.data.mentioned.id !== own.id) continue
    mentioned = true
    text = text.replaceAll(mention.data.text, ' ')
  }
  if (!mentioned && activity.recipient?.name && text.trimStart().startsWith(own.mark)) {
    mentioned = true
    text = text.replace(own.mark, ' ')
  }
  return { text: text.replace(/<at(?: [^<>]{0,200})?>([^<>]{0,512})<\/at>/g, '$1').trim(), mentioned }
}

/** A text with its mentions in front. Names are stripped of everything that could close the tag or format the text. */
export function mentioning(message: TextMessage): { readonly text: string; readonly entities: readonly object[] } {
  const entities = (message.mentions ?? []).slice(0, 20).map(({ id, name }) => ({
    type: 'mention',
    mentioned: { id, name: plainName(name) },
    text: `<at>${plainName(name)}</at>`,
  }))
  return { text: [...entities.map((entity) => entity.text), message.text].join(' '), entities }
}

const plainName = (name: string): string =>
  name
    .toWellFormed()
    .replace(/[^\p{L}\p{M}\p{N} .,'’-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 100) || 'colleague'
