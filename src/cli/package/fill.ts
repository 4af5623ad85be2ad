// Owns the placeholders in the files of the app package: `${{NAME}}`, written as the Microsoft 365 Agents Toolkit does.
import { type Json, own } from '../../core/values.ts'
import { placeholders, type Values } from './values.ts'

const placeholder = /\$\{\{\s*([^{}]*?)\s*\}\}/g
/** What is nearly one, or one of the toolkit's functions (`$[file('…')]`): it would reach Teams as it stands. */
const remains = /\{\{|\}\}|\$\[|\$\{/

/** Fills every string of a file; names what nothing fills, once each. Keys are left alone. */
export function fill(file: string, content: Json, values: Values): { filled: Json; problems: readonly string[] } {
  const problems = new Set<string>()
  const text = (source: string): string => {
    const filled = source.replaceAll(placeholder, (whole, name: string) => {
      const value = own(values, name)
      if (value === undefined)
        problems.add(`${file}: nothing fills ${whole}; the placeholders are ${placeholders.join(', ')}`)
      return value ?? ''
    })
    if (remains.test(filled))
      problems.add(`${file}: "${source.slice(0, 80)}" holds half a placeholder; write \${{NAME}}`)
    return filled
  }
  const filled = (value: Json): Json => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(filled)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]))
  }
  return { filled: filled(content), problems: [...problems] }
}
