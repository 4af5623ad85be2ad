// Owns how often the measured worker looks around for due work, by which its waits are told from a run's own.

export const DUE_EVERY_MS = 500
