// Owns the two shapes of an error: flat from the provider, nested from ARM itself. CONTRACTS 5
import type { Answer } from '../server.ts'

export const flat = (status: number, code: string, message: string): Answer => ({ status, body: { code, message } })

export const nested = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
})
