// Owns what every store must do, as one suite that runs on each implementation.
import { chainSpecs } from './store/chains.ts'
import { documentSpecs } from './store/documents.ts'
import { intakeSpecs } from './store/intake.ts'
import { leaseSpecs } from './store/leases.ts'
import { type MakeStore, onStores } from './store/steps.ts'
import { valueSpecs } from './store/values.ts'

/** Runs the contract; `makeStore` gives each test a store of its own. */
export function storeContract(name: string, makeStore: MakeStore): void {
  describe(`store contract: ${name}`, () => {
    const on = onStores(makeStore)
    chainSpecs(on)
    leaseSpecs(on)
    intakeSpecs(on)
    documentSpecs(on)
    valueSpecs(on)
  })
}
