// Owns what the app tells its operators: log lines and counters. Neither is the audit trail (P4).

/** Structured log lines; the shape of pino. No secrets, no outside text beyond short identifiers. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Meter {
  /** An intake event was accepted, was a repeat, or was declined after it was read back. */
  intake(source: string, result: 'accepted' | 'repeated' | 'declined'): void
  /** What came of one alert, once per event. */
  alert(result: 'proposed' | 'joined' | 'resolved' | 'suppressed' | 'declined'): void
  decided(effect: string): void
  /** A mutating request ended. */
  acted(operation: string, outcome: string): void
  finished(status: string): void
  /** Somebody went around policy in an emergency. */
  glassBroken(): void
  /** A surface was told, or failed to be. */
  told(surface: string, result: 'ok' | 'failed', delayMs?: number): void
}
