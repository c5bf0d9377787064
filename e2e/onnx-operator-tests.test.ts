import { createReferenceExecutor } from '@q/exec-ref'
import type { Graph } from '@q/ir'
import { readOperators } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { failedOnce, operatorTests, type Refusal, refusalTable, tried } from './operator-tests.ts'
import { ortExecutor } from './reference-network.ts'
import { hasShared, sharedTitle } from './shared.ts'

const reference = createReferenceExecutor()
const runtime = ortExecutor('exact')
const executors = { reference: (graph: Graph) => reference.load(graph), 'ONNX Runtime': (graph: Graph) => runtime.load(graph) }

const listed = new Map(readOperators().map(({ name, refused }) => [name, refused]))

/** Whether docs/ops.md says that this is refused: of shapes, of operators that do not stand there, of forms. */
function isListed({ error }: Refusal): boolean {
  if (error.code === 'ONNX_DYNAMIC_SHAPE' || error.message === 'an input is empty') return true
  if (error.code !== 'ONNX_UNSUPPORTED_OP') return error.at.some((place) => listed.get(place.split(' ')[0]!) !== undefined)
  return error.found!.split('; ').some((group) => {
    const name = group.split(' ')[0]!
    return !listed.has(name) || listed.get(name) !== undefined
  })
}

describe.skipIf(!hasShared)(sharedTitle("ONNX's own operator tests"), () => {
  it('are computed as they want, imported and read from the Top text, or refused: a quarter of them at most', {
    timeout: 300_000,
  }, async () => {
    const tests = operatorTests()
    const wrong: string[] = []
    const refusals: Refusal[] = []
    for (const test of tests) {
      const outcome = await tried(test, executors)
      wrong.push(...outcome.wrong)
      if (outcome.refused !== undefined) refusals.push({ ops: test.ops, error: outcome.refused })
    }
    process.stdout.write(`${refusals.length} of ${tests.length} refused\n${refusalTable(refusals)}\n`)
    expect(wrong).toEqual([])
    expect(refusals.filter((each) => !isListed(each)).map(({ ops, error }) => `${ops.join(' ')}: ${error.message} ${error.found}`)).toEqual(
      [],
    )
    expect(refusals.length).toBeLessThanOrEqual(tests.length / 4)
  })
})

describe.skipIf(!hasShared)(sharedTitle('networks that were computed as something else once'), () => {
  it.each(hasShared ? [...failedOnce('operators'), ...failedOnce('reports')].map((test) => [test.title, test] as const) : [])(
    '%s',
    async (title, test) => {
      const { refused, wrong } = await tried(test, executors)
      expect(wrong).toEqual([])
      expect(refused?.found).toBe(title.includes('training_dropout') ? 'training_mode true' : undefined)
    },
  )
})
