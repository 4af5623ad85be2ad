// Owns what every test file shares: the seed of the property tests, so that a landing tells of this change alone.
import fc from 'fast-check'

/** `PROPERTY_SEED=random npm test` explores other worlds than the landing's, `PROPERTY_RUNS=5000` more of them. */
const { PROPERTY_SEED = '20261120', PROPERTY_RUNS } = process.env

fc.configureGlobal({
  ...(PROPERTY_SEED === 'random' ? {} : { seed: Number(PROPERTY_SEED) }),
  ...(PROPERTY_RUNS === undefined ? {} : { numRuns: Number(PROPERTY_RUNS) }),
})
