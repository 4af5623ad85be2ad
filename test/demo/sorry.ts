// Owns what the demo cannot do, in one sentence for the person at the terminal.

/** Shown without a stack: its message is all that a newcomer needs. */
export class Sorry extends Error {}
