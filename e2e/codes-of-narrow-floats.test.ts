import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Executor, Graph, Tensor, TensorType } from '@q/ir'
import { decodeBf16, decodeF16 } from '@q/ir/number'
import { allOps } from '@q/ir/ops'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { expect, it } from 'vitest'

const exact = createOrtExecutor({ ort, onnx: onnxTranslator, threads: 1 })
const reference = createReferenceExecutor()

/** Every number of a 16-bit float type, infinities included. */
function allNumbers(numberOf: (bits: number) => number): Float32Array {
  return Float32Array.from({ length: 2 ** 16 }, (_, bits) => numberOf(bits)).filter((x) => !Number.isNaN(x))
}

async function codesOf(executor: Executor, x: Tensor, type: TensorType): Promise<readonly number[]> {
  const graph: Graph = {
    name: 'codes',
    inputs: [{ name: 'x' }],
    outputs: ['y'],
    ops: allOps,
    properties: { stage: 'quantized' },
    nodes: [{ op: 'QuantizeLinear', inputs: ['x'], outputs: ['y'], attrs: { rounding: 'half-away-from-zero' } }],
    values: new Map([
      ['x', { name: 'x', type: { dtype: x.dtype, shape: x.shape } }],
      ['y', { name: 'y', type }],
    ]),
  }
  const session = await executor.load(graph)
  const { data } = (await session.run(new Map([['x', x]]))).get('y')!
  await session.close()
  return Array.from(data as ArrayLike<number>)
}

it.each([
  ['f16', decodeF16],
  ['bf16', decodeBf16],
] as const)('gives the codes of every %s number as the operator is defined, ties away from zero', async (dtype, numberOf) => {
  const data = allNumbers(numberOf)
  const x: Tensor = { dtype, shape: [1, data.length], data }
  for (const scale of [1, 0.5, 1 / 3, 0.0471, 7.3, 2 ** -9]) {
    for (const [codes, zeroPoint] of [
      ['i8', 0],
      ['i8', -37],
      ['u8', 128],
      ['u8', 3],
    ] as const) {
      const type: TensorType = { dtype: codes, shape: x.shape, quant: { scale, zeroPoint, expressed: 'f32' } }
      expect(await codesOf(exact, x, type), `${scale} ${codes} ${zeroPoint}`).toEqual(await codesOf(reference, x, type))
    }
  }
})
