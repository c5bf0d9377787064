import { QError } from '../errors.ts'
import { roundBf16Array, truncatingBf16 } from '../number/bf16.ts'
import { roundF16Array } from '../number/f16.ts'
import type { DType, Tensor, TensorData } from '../tensor/tensor.ts'
import { storageArray } from '../tensor/tensor.ts'
import { valueOf } from './edges.ts'
import type { Graph, Quant, TensorType } from './types.ts'

/**
 * The feeds of a graph, made of a sample: samples are float32 whatever they are fed to, and a quantized graph takes ids, masks and half floats in the types
 * that the source model declares, or codes where its boundary has such types. Codes of a sample are handed on as they are.
 *
 * @throws QError `FEED_MISSING` for an input that the sample does not have, `FEED_TYPE` for numbers that its type cannot hold
 */
export function feedsOf(graph: Graph, sample: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  return new Map(
    graph.inputs.map(({ name, sourceDtype }) => {
      const { type } = valueOf(graph, name)
      const tensor = sample.get(name)
      // A host program that fills an input of this type cuts numbers off.
      if (tensor !== undefined && type.dtype === 'bf16' && sourceDtype === undefined) return [name, cutFor(tensor)]
      if (tensor !== undefined)
        return [
          name,
          type.quant === undefined
            ? feedOf(name, tensor, type.dtype)
            : codesFor(tensor, type, type.quant, graph.properties['quantizeInputsOnHost'] === true),
        ]
      throw new QError('FEED_MISSING', `the input ${name} was not given`, {
        at: [name],
        found: [...sample.keys()].join(', ') || 'no tensors',
        wanted: `${type.dtype} [${type.shape.join(', ')}]`,
        hint: `give a tensor named ${name}`,
      })
    }),
  )
}

const cutFor = (tensor: Tensor): Tensor =>
  tensor.dtype === 'f32'
    ? { dtype: 'bf16', shape: tensor.shape, data: roundBf16Array(tensor.data as Float32Array, undefined, truncatingBf16) }
    : tensor

/**
 * Codes of an input, as a host program makes them: the numbers times `1 / scale`, both in float32, halves away from zero, saturated.
 *
 * @param isNarrow whether the scale is a float32 number before it is inverted: families that make codes of all inputs on the host have such scales
 * @see spec: TPU-MLIR lowering, section 15
 */
function codesFor(tensor: Tensor, { dtype }: TensorType, { scale, zeroPoint }: Quant, isNarrow: boolean): Tensor {
  if (tensor.dtype !== 'f32') return tensor
  const factor = Math.fround(1 / (isNarrow ? Math.fround(scale) : scale))
  const [least, most] = dtype === 'u8' ? [0, 255] : [-128, 127]
  const code = (number: number): number => {
    const scaled = Math.fround(Math.fround(number * factor) + zeroPoint)
    const rounded = Math.sign(scaled) * Math.floor(Math.fround(Math.abs(scaled) + 0.5))
    return Math.min(most, Math.max(least, rounded))
  }
  const codes = dtype === 'u8' ? new Uint8Array(tensor.data.length) : new Int8Array(tensor.data.length)
  for (const [i, number] of (tensor.data as Float32Array).entries()) codes[i] = code(number)
  return { dtype, shape: tensor.shape, data: codes }
}

/** A tensor of a sample in the element type that an input declares. @throws QError `FEED_TYPE` for numbers that the type cannot hold */
export function feedOf(name: string, tensor: Tensor, dtype: DType): Tensor {
  if (tensor.dtype === dtype || tensor.dtype !== 'f32') return tensor
  const { shape, data } = tensor
  const numbers = data as Float32Array
  if (dtype === 'f16') return { dtype, shape, data: roundF16Array(numbers) }
  if (dtype === 'bf16') return { dtype, shape, data: roundBf16Array(numbers) }
  if (dtype === 'f64') return { dtype, shape, data: Float64Array.from(numbers) }
  const held = integersOf(numbers, dtype)
  const lost = numbers.findIndex((each, i) => Number(held[i]) !== each || (dtype === 'bool' && each > 1))
  if (lost < 0) return { dtype, shape, data: held }
  throw new QError('FEED_TYPE', `the sample has numbers for ${name} that its type cannot hold`, {
    at: [name],
    found: `${numbers[lost]} at ${lost}`,
    wanted: dtype === 'bool' ? '0 or 1' : `numbers of ${dtype}`,
    hint: 'give the numbers that the model takes',
  })
}

function integersOf(numbers: Float32Array, dtype: DType): TensorData {
  const storage = storageArray[dtype]
  return storage === BigInt64Array || storage === BigUint64Array
    ? storage.from(Array.from(numbers, (each) => BigInt(Number.isFinite(each) ? Math.trunc(each) : 0)))
    : (storage as Int32ArrayConstructor).from(numbers)
}
