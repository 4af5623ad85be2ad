import fc from 'fast-check'
import { simulatedRun, worldKinds, engineKinds, enders, type Kind, type Move, type Shape } from './simulated-run.ts'
import * as fs from 'node:fs'
it('stat', () => {
  const src = fs.readFileSync('test/core/permission.property.test.ts','utf8')
  void src
  const number = fc.nat(7)
  const kind = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Kind>('work') },
  { weight: 2, arbitrary: fc.constant<Kind>('tick') },
  { weight: 16, arbitrary: fc.constant<Kind>('approve') },
  { weight: 8, arbitrary: fc.constantFrom<Kind>(...engineKinds) },
  { weight: 4, arbitrary: fc.constantFrom<Kind>('approveOther', 'begin', 'askPart', 'decide') },
  { weight: 3, arbitrary: fc.constantFrom<Kind>(...worldKinds) },
  { weight: 1, arbitrary: fc.constantFrom<Kind>('breakGlass', 'breakGlass', 'edit') },
  { weight: 2, arbitrary: fc.constantFrom<Kind>(...enders) })
  const moves = fc.array(fc.tuple(kind, number, number, number), { maxLength: 90, size: 'max' })
  const shapes: fc.Arbitrary<Shape> = fc.record({ targets: fc.integer({ min: 1, max: 3 }), stopAfterFailures: fc.integer({ min: 1, max: 3 }), undoAll: fc.boolean(), rung: fc.constantFrom('asks', 'plain', 'none'), last: fc.boolean(), rollback: fc.boolean(), preflight: fc.boolean(), twoPeople: fc.boolean(), authorKnown: fc.boolean(), opener: fc.constantFrom('cy', 'unknown', null), standsIn: fc.boolean(), wavesAsk: fc.boolean(), standardChange: fc.boolean() })
  const seen = new Map<string, number>()
  let sent = 0
  for (const [shape, list] of fc.sample(fc.tuple(shapes, moves), { numRuns: 3000, seed: 11 })) {
    const run = simulatedRun(shape)
    for (const m of list) run.move(m as Move)
    if (run.log.some(e => e.event.type === 'actionStarted')) sent++
    for (const e of run.log) if (e.event.type === 'finished') { const k = e.event.reason.replace(/web-0.*/,'').slice(0, 60); seen.set(k, (seen.get(k) ?? 0) + 1) }
  }
  console.log(sent, [...seen].sort((a,b)=>b[1]-a[1]).slice(0,40))
})
