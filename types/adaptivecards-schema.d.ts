// Owns the one name that adaptivecards-templating's types import from another package's TypeScript sources.
export type IAdaptiveCard = Record<string, unknown>
