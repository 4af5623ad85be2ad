// Owns what the calling account may not see: rows and columns that tests hide from the API.
import type { Row } from './records.ts'

export type Acl = {
  /** Hides rows of a table from the API (not from people); returns the function that shows them again. */
  hideRows: (table: string, hidden?: (row: Row) => boolean) => () => void
  hideColumn: (table: string, element: string) => () => void
  rowVisible: (table: string, row: Row) => boolean
  columnHidden: (table: string, element: string) => boolean
}

export const createAcl = (): Acl => {
  const rows = new Set<{ table: string; hidden: (row: Row) => boolean }>()
  const columns = new Set<{ table: string; element: string }>()
  return {
    hideRows(table, hidden = () => true) {
      const rule = { table, hidden }
      rows.add(rule)
      return () => void rows.delete(rule)
    },
    hideColumn(table, element) {
      const rule = { table, element }
      columns.add(rule)
      return () => void columns.delete(rule)
    },
    rowVisible: (table, row) => ![...rows].some((rule) => rule.table === table && rule.hidden(row)),
    columnHidden: (table, element) => [...columns].some((rule) => rule.table === table && rule.element === element),
  }
}
