import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Plan } from '@q/ir'
import { parseGraph, QError, resolve } from '@q/ir'
import { expect, it } from 'vitest'
import { tellingOfPlaces } from './places-on-codes.ts'
import { runGraph } from './run-graph.ts'

const graph = parseGraph(`
  x: f32[1,4]; places: f32[1,4]
  doubled = Add(places, places)
  kept = Abs(doubled)
  y = GatherElements(x, kept) {axis = 1}
`)

const range = { threshold: 3, min: -3, max: 3 }
const float = { ...graph, outputs: ['y'], properties: { stage: 'float' } }
const table = new Map(['x', 'places', 'doubled', 'kept', 'y'].map((name) => [name, range]))
const inputs = new Map(['x', 'places'].map((name) => [name, { dtype: 'f32', shape: [1, 4], data: Float32Array.of(0, 1, 0.5, 1) } as const]))

const runWith = (plan: Plan, error?: Error) => {
  const resolved = resolve(float, table, plan, bm1684x(), { mode: 'INT8' })
  return tellingOfPlaces({ graph: float, resolved, target: bm1684x().target }, async () => {
    if (error !== undefined) throw error
    return runGraph(resolved.graph, createReferenceExecutor(), inputs)
  })
}

it('names the rows of a quantization table for places that are codes', async () => {
  await expect(runWith(new Map())).rejects.toMatchObject({
    code: 'INDEX_OUT_OF_RANGE',
    at: ['y'],
    wanted: 'an integer from -4 to 3',
    hint: '--quantize_table doubled:F32,kept:F32 keeps in F32 what says which elements are picked; `q quantize` and the searches do so by themselves',
  })
})

it('leaves other errors as they are, and those of places that are no codes', async () => {
  const inFloat = new Map([
    ['doubled', 'F32'],
    ['kept', 'F32'],
  ])
  for (const [plan, code] of [
    [new Map(), 'SHAPE_MISMATCH'],
    [inFloat, 'INDEX_OUT_OF_RANGE'],
  ] as const) {
    const error = new QError(code, 'something else')
    await expect(runWith(plan, error)).rejects.toBe(error)
  }
})
