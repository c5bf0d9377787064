import { createReferenceExecutor } from '@q/exec-ref'
import { allOps, elementCount, type Graph, type Tensor, type Value } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { floatOperatorCases } from './float-operator-cases.ts'
import { type OnnxOperand, runOnnxNode } from './onnx-node.ts'
import { ortExecutor } from './reference-network.ts'

/** The same numbers everywhere, between -`size` and `size`. */
function numbers(shape: readonly number[], seed: number, size = 3): readonly number[] {
  let state = (seed * 2654435761) >>> 0
  return Array.from({ length: elementCount(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.fround((state / 2 ** 31 - 1) * size)
  })
}

describe('float operators as ONNX Runtime computes them', () => {
  it.each(floatOperatorCases)('$op: $what', async ({ op, what, shapes, attrs = {}, onnx = {}, domain = (x) => x, tolerance = 2e-6 }) => {
    const operands = shapes.map(
      (shape, k): OnnxOperand => ({ shape, floats: numbers(shape, k + op.length + what.length).map((x) => Math.fround(domain(x, k))) }),
    )
    const extra = (onnx.extra ?? []).map((integers): OnnxOperand | undefined => integers && { shape: [integers.length], integers })
    const wanted = await runOnnxNode(onnx.op ?? op, [...operands, ...extra], onnx.attrs ?? {})

    const values = new Map(operands.map(({ shape }, k): [string, Value] => [`x${k}`, { name: `x${k}`, type: { dtype: 'f32', shape } }]))
    values.set('y', { name: 'y', type: { dtype: 'f32', shape: wanted.shape } })
    const names = [...values.keys()].filter((name) => name !== 'y')
    const graph: Graph = {
      name: 'one',
      inputs: names.map((name) => ({ name })),
      outputs: ['y'],
      nodes: [{ op, inputs: names, outputs: ['y'], attrs }],
      values,
      ops: allOps,
      properties: { stage: 'float' },
    }
    const session = await createReferenceExecutor().load(graph)
    const fetched = await session.run(
      new Map(
        operands.map(({ shape, floats }, k): [string, Tensor] => [`x${k}`, { dtype: 'f32', shape, data: Float32Array.from(floats!) }]),
      ),
    )
    const found = fetched.get('y')!
    expect(found.data.length).toBe(wanted.data.length)
    for (let i = 0; i < wanted.data.length; i++) {
      const w = wanted.data[i]!
      expect(Math.abs(Number(found.data[i]) - w), `element ${i}: ${found.data[i]}, wanted ${w}`).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(w)),
      )
    }
  })
})

describe('floats that statistics are made of', () => {
  it('Sigmoid is right to three steps, small numbers included', async () => {
    const x = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 50)
    const type = { dtype: 'f32', shape: [x.length] } as const
    const graph: Graph = {
      name: 'one',
      inputs: [{ name: 'x' }],
      outputs: ['y'],
      nodes: [{ op: 'Sigmoid', inputs: ['x'], outputs: ['y'], attrs: {} }],
      values: new Map(['x', 'y'].map((name) => [name, { name, type }])),
      ops: allOps,
      properties: { stage: 'float' },
    }
    const session = await ortExecutor('fast').load(graph)
    const found = (await session.run(new Map([['x', { ...type, data: x }]]))).get('y')!
    for (const [i, each] of x.entries()) {
      const wanted = 1 / (1 + Math.exp(-each))
      expect(Math.abs(Number(found.data[i]) - wanted), `sigmoid(${each})`).toBeLessThanOrEqual(3 * 2 ** -23 * wanted)
    }
    await session.close()
  })
})
