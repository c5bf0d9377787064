import { createOrtExecutor } from '@q/exec-ort'
import type { Attrs, Graph, OpName, Tensor, TensorType } from '@q/ir'
import { allOps, tensor } from '@q/ir'
import { roundBf16, roundF16 } from '@q/ir/number'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'

type Step = readonly [op: OpName, inputs: readonly string[], output: string, type: TensorType, attrs?: Attrs]

const count = 4096
const shape = [1, 16, 16, 16]
const ramp = Float32Array.from({ length: count }, (_, i) => Math.fround(((i - 2000) * Math.PI) / 128))

async function run(
  steps: readonly Step[],
  x: Tensor,
  constants: Readonly<Record<string, Tensor>>,
  fetches?: readonly string[],
): Promise<ReadonlyMap<string, Tensor>> {
  const graph: Graph = {
    name: 'chain',
    inputs: [{ name: 'x' }],
    outputs: [steps.at(-1)![2]],
    ops: allOps,
    properties: { stage: 'quantized' },
    nodes: steps.map(([op, inputs, output, , attrs = {}]) => ({ op, inputs, outputs: [output], attrs })),
    values: new Map([
      ['x', { name: 'x', type: { dtype: x.dtype, shape: x.shape } }],
      ...steps.map(([, , output, type]) => [output, { name: output, type }] as const),
      ...Object.entries(constants).map(
        ([name, constant]) => [name, { name, type: { dtype: constant.dtype, shape: constant.shape }, isConstant: true, constant }] as const,
      ),
    ]),
  }
  const session = await createOrtExecutor({ ort, onnx: onnxTranslator, threads: 1 }).load(graph, fetches === undefined ? {} : { fetches })
  const results = await session.run(new Map([['x', x]]))
  await session.close()
  return results
}

/** What the runtime's graph optimizer might take for superfluous. */
describe('graph optimization on ONNX Runtime', () => {
  it.each([
    ['f16', roundF16],
    ['bf16', roundBf16],
  ] as const)('keeps the rounding to %s after every operator', async (dtype, round) => {
    const third = Math.fround(1 / 3)
    const type = { dtype, shape }
    const steps: Step[] = [
      ['Cast', ['x'], 'h', type, { to: dtype }],
      ['Mul', ['h', 'third'], 'a', type],
      ['Add', ['a', 'third'], 'b', type],
      ['Relu', ['b'], 'c', type],
      ['Mul', ['c', 'third'], 'd', type],
      ['Cast', ['d'], 'y', { dtype: 'f32', shape }, { to: 'f32' }],
    ]
    const found = (await run(steps, tensor('f32', shape, ramp), { third: tensor('f32', [1], Float32Array.of(third)) })).get('y')!.data
    const f = Math.fround
    const wanted = ramp.map((x) => round(f(Math.max(0, round(f(round(f(round(x) * third)) + third))) * third)))
    expect([...(found as Float32Array)]).toEqual([...wanted])
  })

  it('keeps what decides ties: halves go away from zero', async () => {
    const halves = Float32Array.from({ length: count }, (_, i) => (i - 2048) / 16)
    const type = { dtype: 'i8', shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } } as const
    const found = (
      await run([['QuantizeLinear', ['x'], 'y', type, { rounding: 'half-away-from-zero' }]], tensor('f32', shape, halves), {})
    ).get('y')!.data
    const wanted = Array.from(halves, (x) => Math.max(-128, Math.min(127, Math.sign(x) * Math.floor(Math.abs(x) + 0.5))) + 0)
    expect([...(found as Int8Array)]).toEqual(wanted)
  })

  it('does not run an integer operator in floats between casts', async () => {
    const quant = (scale: number) => ({ dtype: 'i8', shape, quant: { scale, zeroPoint: 0, expressed: 'f32' } }) as const
    const codes = Int8Array.from({ length: count }, (_, i) => (i % 256) - 128)
    const steps: Step[] = [
      ['DequantizeLinear', ['q'], 'f', { dtype: 'f32', shape }],
      ['Mul', ['f', 'half'], 'g', { dtype: 'f32', shape }],
      ['QuantizeLinear', ['g'], 'y', quant(0.5), { rounding: 'half-away-from-zero' }],
    ]
    const all: Step[] = [['QLeakyRelu', ['x'], 'q', quant(0.25), { multipliers: [64], shifts: [7] }], ...steps]
    const results = await run(all, tensor('i8', shape, codes), { half: tensor('f32', [1], Float32Array.of(0.5)) }, ['q', 'g', 'y'])
    const leaky = Array.from(codes, (x) => (x < 0 ? Math.floor(x / 2 + 0.5) : x))
    expect([...(results.get('q')!.data as Int8Array)]).toEqual(leaky)
    expect([...(results.get('g')!.data as Float32Array)]).toEqual(leaky.map((q) => q * 0.125))
    expect([...(results.get('y')!.data as Int8Array)]).toEqual(leaky.map((q) => Math.sign(q) * Math.floor(Math.abs(q) * 0.25 + 0.5) + 0))
  })
})
