import proto from 'onnx-proto'
import * as ort from 'onnxruntime-node'
import { expect } from 'vitest'
import { exportOnnx, importOnnx } from '../src/index.ts'
import { numbers, onnxFile, type SmallConstant, type SmallNode } from './onnx-file.ts'

/** An input with its elements. */
export interface Fed {
  readonly shape: readonly number[]
  readonly data: readonly number[]
  readonly dtype?: 'f32' | 'i64'
}

/** A network of operators that are read as nodes of others. */
export interface ComposedCase {
  readonly nodes: readonly SmallNode[]
  readonly fed: Readonly<Record<string, Fed>>
  readonly constants?: Readonly<Record<string, SmallConstant>>
  readonly opset?: number
  /** Shapes that the file declares for results. */
  readonly declared?: Readonly<Record<string, readonly number[]>>
  readonly outputs?: string
}

/** An input of float32 numbers. */
export const fed = (shape: readonly number[], from = -1, to = 1): Fed => ({ shape, data: numbers(shape, from, to).data })
/** An input of 64-bit integers. */
export const ids = (shape: readonly number[], ...data: readonly number[]): Fed => ({ shape, data, dtype: 'i64' })

/** The case as a file. */
export function fileOf({ nodes, fed: inputs, constants = {}, opset = 18, declared = {}, outputs = 'y' }: ComposedCase): Uint8Array {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]))
  const model = proto.onnx.ModelProto.decode(onnxFile({ inputs: shapes, constants, nodes, outputs, opset }))
  for (const input of model.graph!.input!)
    if (inputs[input.name!]!.dtype === 'i64') (input.type!.tensorType as proto.onnx.TypeProto.ITensor).elemType = 7
  for (const output of model.graph!.output!) {
    const shape = declared[output.name!]
    if (shape !== undefined) output.type = { tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } }
  }
  return proto.onnx.ModelProto.encode(model).finish()
}

/** What ONNX Runtime makes of a file. */
export async function run(file: Uint8Array, feeds: Readonly<Record<string, ort.Tensor>>): Promise<readonly (readonly number[])[]> {
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 4, graphOptimizationLevel: 'disabled' })
  const results = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]!])))
  const elements = session.outputNames.map((name) => Array.from(results[name]!.data as Float32Array, Number))
  await session.release()
  return elements
}

/** A tensor as the file wants it, or as a canonical graph does: of floats, and with an axis at least. */
const tensor = ({ shape, data, dtype }: Fed, isCanonical: boolean): ort.Tensor =>
  isCanonical || dtype !== 'i64'
    ? new ort.Tensor('float32', Float32Array.from(data), isCanonical && shape.length === 0 ? [1] : shape)
    : new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape)

/** Inputs as the file wants them, or as a canonical graph does. */
export const feedsOf = (inputs: ComposedCase['fed'], isCanonical: boolean) =>
  Object.fromEntries(Object.entries(inputs).map(([name, each]) => [name, tensor(each, isCanonical)]))

/** Compares an imported network with what ONNX Runtime makes of the file. */
export async function expectEqual(each: ComposedCase): Promise<void> {
  const file = fileOf(each)
  const wanted = await run(file, feedsOf(each.fed, false))
  const found = await run(exportOnnx(await importOnnx(file)), feedsOf(each.fed, true))
  expect(found.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length))
  found.forEach((elements, result) => {
    elements.forEach((element, i) => {
      const near = wanted[result]![i]!
      const isNear = Math.abs(element - near) <= 1e-5 * Math.max(1, Math.abs(near))
      expect(isNear || Object.is(element, near), `result ${result}, element ${i}: ${element}, wanted ${near}`).toBe(true)
    })
  })
}
