// Owns how the acts look at the far side: statuses, buttons, and text short enough for a line.
import type { PlaygroundMessage } from '../../playground/client.ts'

export async function statusOf(url: string): Promise<number> {
  const response = await fetch(url)
  await response.arrayBuffer()
  return response.status
}

/** What the button of that verb would send; empty where there is none. */
export function buttonOf({ card }: PlaygroundMessage, verb: string): Record<string, unknown> {
  const find = (node: unknown): Record<string, unknown> | undefined => {
    if (typeof node !== 'object' || node === null) return undefined
    const { type, verb: own, data } = node as { type?: unknown; verb?: unknown; data?: unknown }
    if (type === 'Action.Execute' && own === verb) return data as Record<string, unknown>
    return Object.values(node)
      .map(find)
      .find((found) => found !== undefined)
  }
  return find(card) ?? {}
}

export const shortened = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}…` : text)
