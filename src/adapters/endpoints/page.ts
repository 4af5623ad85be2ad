// Owns telling a page from an answer: a hibernating system, a login or a proxy answers 200 with one (CONTRACTS 1.2).
import type { WireResponse } from '../wire/http.ts'

/** Whether what came is for a browser, so that nothing was done. */
export const isPage = ({ headers }: WireResponse): boolean => /html/i.test(headers['content-type'] ?? '')
