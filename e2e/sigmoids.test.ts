import { createReferenceExecutor } from '@q/exec-ref'
import { parseGraph, type Tensor } from '@q/ir'
import { roundF16 } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { ortExecutor } from './reference-network.ts'

const count = 20_001
/** From -80 to 20: the scores of a detector are mostly far below zero. */
const inputs = Float32Array.from({ length: count }, (_, i) => -80 + (100 * i) / (count - 1))

async function results(text: string, round: (each: number) => number, executor: ReturnType<typeof createReferenceExecutor>) {
  const graph = { ...parseGraph(text), properties: { stage: 'quantized' } }
  const { dtype, shape } = graph.values.get('x')!.type
  const x: Tensor = { dtype, shape, data: inputs.map(round) }
  const session = await executor.load(graph)
  const found = await session.run(new Map([['x', x]]))
  await session.close()
  return [...found.get('y')!.data].map(Number)
}

describe.each(['exact', 'fast'] as const)('sigmoids on ONNX Runtime, %s, are those of the definition', (precision) => {
  it.each(['Sigmoid(x)', 'Silu(x)', 'Gelu(x) {approximate = "sigmoid"}'])('%s in float32, to five digits', async (operator) => {
    const text = `x: f32[1,${count}]; y = ${operator}; return y`
    const [ours, theirs] = await Promise.all(
      [ortExecutor(precision), createReferenceExecutor()].map((each) => results(text, Math.fround, each)),
    )
    ours!.forEach((each, i) => {
      const far = Math.abs(each - theirs![i]!)
      if (!(far <= 1e-5 * Math.abs(theirs![i]!) + 1e-35)) expect.fail(`${inputs[i]}: ${each}, wanted ${theirs![i]}`)
    })
  })

  it('in half floats but for one number in a thousand, which lies between two', async () => {
    const text = `x: f16[1,${count}]; y: f16[1,${count}] = Sigmoid(x); return y`
    const [ours, theirs] = await Promise.all(
      [ortExecutor(precision), createReferenceExecutor()].map((each) => results(text, roundF16, each)),
    )
    expect(ours!.filter((each, i) => each !== theirs![i]).length).toBeLessThan(count / 1000)
  })
})
