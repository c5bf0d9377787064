import { createOrtExecutor } from '@q/exec-ort'
import type { Attrs, Graph, OpName, Tensor, TensorType, Value } from '@q/ir'
import { allOps } from '@q/ir'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'

/** round(v * m / 2^s) in integers of any size, halves up or away from zero. */
export function shifted(v: bigint, m: bigint, s: number, rounding: string): bigint {
  const product = v * m
  if (s <= 0) return product << BigInt(-s)
  const unit = 1n << BigInt(s)
  const floor = product >> BigInt(s)
  const rest = product - floor * unit
  const up = rounding === 'half-up' || product >= 0n ? 2n * rest >= unit : 2n * rest > unit
  return up ? floor + 1n : floor
}

const limits = { i8: [-128n, 127n], u8: [0n, 255n] } as const

/** The nearest code of an element type that is not below `floor`. */
export function clamped(v: bigint, dtype: 'i8' | 'u8', floor: bigint): number {
  const [low, high] = limits[dtype]
  const bottom = floor > low ? floor : low
  return Number(v < bottom ? bottom : v > high ? high : v)
}

/** The codes that one quantized node makes of `x` on ONNX Runtime, without a fallback. @param constants its further operands */
export async function runOnOrt(
  op: OpName,
  attrs: Attrs,
  x: Tensor,
  xType: TensorType,
  type: TensorType,
  constants: readonly Tensor[] = [],
): Promise<readonly number[]> {
  const graph: Graph = {
    name: 'one',
    inputs: [{ name: 'x' }],
    outputs: ['y'],
    ops: allOps,
    properties: { stage: 'quantized' },
    nodes: [{ op, inputs: ['x', ...constants.map((_, i) => `c${i}`)], outputs: ['y'], attrs }],
    values: new Map<string, Value>([
      ['x', { name: 'x', type: xType }],
      ['y', { name: 'y', type }],
      ...constants.map(
        (constant, i) =>
          [`c${i}`, { name: `c${i}`, type: { dtype: constant.dtype, shape: constant.shape }, isConstant: true, constant }] as const,
      ),
    ]),
  }
  const session = await createOrtExecutor({ ort, onnx: onnxTranslator, threads: 1 }).load(graph)
  const y = (await session.run(new Map([['x', x]]))).get('y')!
  await session.close()
  return Array.from(y.data as Int8Array)
}
