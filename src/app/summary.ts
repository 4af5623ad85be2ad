// Owns the one line that stands for an answer on a card: its plain values, not its JSON.
import { isObject, type Json } from '../core/values.ts'

const VALUES = 6

/** `poolState Degraded · healthStatus 503`: plain values by their name, the outer ones first; headers tell nobody anything. */
export function summaryOf(result: Json, max: number): string {
  const words: string[] = []
  gather(result, '', words)
  const shown = words.slice(0, VALUES)
  if (words.length > VALUES) shown.push('…')
  return shown.join(' · ').slice(0, max) || 'an empty answer'
}

function gather(value: Json, name: string, words: string[]): void {
  if (value === null) return
  if (Array.isArray(value)) {
    if (value.length > 0) words.push(`${name} ${value.length} entries`.trim())
    return
  }
  if (!isObject(value)) {
    words.push(`${name} ${String(value).trim()}`.trim())
    return
  }
  const entries = Object.entries(value).filter(([key]) => key !== 'headers')
  for (const [key, each] of entries) if (!isNested(each)) gather(each, key, words)
  for (const [key, each] of entries) if (isNested(each)) gather(each, key, words)
}

const isNested = (value: Json): boolean => typeof value === 'object' && value !== null
