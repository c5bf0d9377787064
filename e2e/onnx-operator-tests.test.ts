import { createReferenceExecutor } from '@q/exec-ref'
import { describe, expect, it } from 'vitest'
import { operatorTests, type Refusal, refusalTable, tried } from './operator-tests.ts'
import { ortExecutor } from './reference-network.ts'
import { hasShared, sharedTitle } from './shared.ts'

const reference = createReferenceExecutor()
const runtime = ortExecutor('exact')

describe.skipIf(!hasShared)(sharedTitle("ONNX's own operator tests"), () => {
  it('are computed as they want, imported and read from the Top text, or refused: a quarter of them at most', {
    timeout: 300_000,
  }, async () => {
    const tests = operatorTests()
    const wrong: string[] = []
    const refusals: Refusal[] = []
    for (const test of tests) {
      const outcome = await tried(test, {
        reference: (graph) => reference.load(graph),
        'ONNX Runtime': (graph) => runtime.load(graph),
      })
      wrong.push(...outcome.wrong)
      if (outcome.refused !== undefined) refusals.push({ ops: test.ops, error: outcome.refused })
    }
    process.stdout.write(`${refusals.length} of ${tests.length} refused\n${refusalTable(refusals)}\n`)
    expect(wrong).toEqual([])
    expect(refusals.length).toBeLessThanOrEqual(tests.length / 4)
  })
})
