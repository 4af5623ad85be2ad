// Owns the instance's date notation: 'YYYY-MM-DD HH:mm:ss', in UTC as a value and local as a display value.

const formats = new Map<string, Intl.DateTimeFormat>()

export const stamp = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ')

const parse = (value: string): Date | null => {
  const date = new Date(`${value.replace(' ', 'T')}Z`)
  return Number.isNaN(date.getTime()) ? null : date
}

/** A UTC value as the reader's wall clock; what is no date stays as it is. */
export const toLocal = (value: string, timeZone: string): string => {
  const date = parse(value)
  if (!date) return value
  // The Swedish locale writes dates exactly in this notation.
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(timeZone, format)
  return format.format(date)
}

/** The UTC value of a wall clock reading; in the hour that clocks repeat, the first. */
export const toUtc = (local: string, timeZone: string): string => {
  const wanted = parse(local)
  if (!wanted) return local
  const shown = parse(toLocal(stamp(wanted), timeZone)) ?? wanted
  return stamp(new Date(2 * wanted.getTime() - shown.getTime()))
}
