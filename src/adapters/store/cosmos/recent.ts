// Owns the bounded memory of documents that were just seen, so that the next write of one needs no read.

export interface Recent<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  forget(key: string): void
}

/** Keeps the `limit` entries that were used last. What it holds may be out of date: an etag decides, never this. */
export function recent<T>(limit: number): Recent<T> {
  const entries = new Map<string, T>()
  const set = (key: string, value: T): void => {
    entries.delete(key)
    entries.set(key, value)
    if (entries.size > limit) entries.delete(entries.keys().next().value as string)
  }
  return {
    get(key) {
      const value = entries.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
    forget: (key) => void entries.delete(key),
  }
}
