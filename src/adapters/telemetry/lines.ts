// Owns log lines as log records: finished lines, from which secrets are out already, taken apart again.
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { type Logger, SeverityNumber } from '@opentelemetry/api-logs'

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
}

/** Tells a logger of each line; one that is no JSON object is left out. Never throws. */
export const linesTo =
  (logger: Logger, context: () => Context = () => ROOT_CONTEXT) =>
  (line: string): void => {
    try {
      const { level, time, msg, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>
      const severityText = String(level)
      logger.emit({
        body: String(msg ?? ''),
        severityText: severityText.toUpperCase(),
        severityNumber: severities[severityText] ?? SeverityNumber.UNSPECIFIED,
        timestamp: new Date(String(time)),
        attributes: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, attributeOf(value)])),
        context: context(),
      })
    } catch {
      // A line that cannot be told stands in the log all the same.
    }
  }

const attributeOf = (value: unknown): string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : JSON.stringify(value)
