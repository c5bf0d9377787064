import type { DType, Tensor, TensorData, TensorType } from '@q/ir'
import { elementCount, QError, storageArray } from '@q/ir'
import type { OnnxTranslator, TranslatedPart } from './onnx-translator.ts'
import type { OrtRuntime, OrtSession, OrtTensor } from './ort-runtime.ts'

const ortTypes: Readonly<Partial<Record<DType, string>>> = {
  f32: 'float32',
  f64: 'float64',
  u8: 'uint8',
  i8: 'int8',
  i32: 'int32',
  i64: 'int64',
  bool: 'bool',
}

/** A translated part, loaded into ONNX Runtime. */
export interface OrtPart {
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
  run(values: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>
  close(): Promise<void>
}

/** Loads a part. @param typeOf the declared type of a value of the graph @throws QError `ORT_REFUSED` */
export async function loadPart(
  part: TranslatedPart,
  typeOf: (name: string) => TensorType,
  runtime: { readonly ort: OrtRuntime; readonly onnx: OnnxTranslator; readonly sessionOptions: Readonly<Record<string, unknown>> },
): Promise<OrtPart> {
  const bytes = runtime.onnx.encode(part.model)
  const session: OrtSession = await runtime.ort.InferenceSession.create(bytes, runtime.sessionOptions).catch((error: unknown) => {
    throw new QError('ORT_REFUSED', 'ONNX Runtime does not load the translated model', {
      at: [part.model.name],
      found: error instanceof Error ? error.message : String(error),
      hint: 'run with the reference executor, and report the model',
      cause: error,
    })
  })
  const feeds = [...part.feeds].map(([name, id]) => ({ name, id, type: typeOf(name) }))
  const fetches = [...part.fetches].map(([name, id]) => ({ name, id, type: typeOf(name), carrier: part.model.values.get(id)!.type.dtype }))
  return {
    feeds: [...part.feeds.keys()],
    fetches: [...part.fetches.keys()],
    async run(values) {
      const inputs: Record<string, OrtTensor> = {}
      for (const { name, id, type } of feeds) {
        const { dtype, data } = runtime.onnx.toCarrier(fittingFeed(name, values.get(name), type))
        inputs[id] = new runtime.ort.Tensor(ortTypes[dtype] as never, data as never, type.shape)
      }
      const results = await session.run(inputs)
      return new Map(
        fetches.map(({ name, id, type, carrier }) => [
          name,
          runtime.onnx.fromCarrier({ dtype: carrier, shape: type.shape, data: results[id]!.data as TensorData }, type),
        ]),
      )
    },
    close: () => session.release(),
  }
}

/** The feed in the storage of its type. @throws QError `FEED_MISSING`, `FEED_TYPE` */
function fittingFeed(name: string, feed: Tensor | undefined, type: TensorType): Tensor {
  if (feed === undefined) {
    throw new QError('FEED_MISSING', `the input ${name} was not given`, {
      at: [name],
      wanted: `${type.dtype} [${type.shape.join(', ')}]`,
      hint: `feed ${name}`,
    })
  }
  const sameShape = feed.shape.length === type.shape.length && feed.shape.every((dim, i) => dim === type.shape[i])
  const storage = storageArray[type.dtype]
  const isStored = feed.data instanceof storage
  if (
    feed.dtype !== type.dtype ||
    !sameShape ||
    feed.data.length !== elementCount(type.shape) ||
    !(isStored || feed.data instanceof Float32Array)
  ) {
    throw new QError('FEED_TYPE', `the tensor fed as ${name} is not of the declared type`, {
      at: [name],
      found: `${feed.dtype} [${feed.shape.join(', ')}], ${feed.data.length} elements in a ${feed.data.constructor.name}`,
      wanted: `${type.dtype} [${type.shape.join(', ')}], ${elementCount(type.shape)} elements in a ${storage.name} or Float32Array`,
      hint: 'convert the sample, or load the graph it was made for',
    })
  }
  if (isStored || type.dtype === 'f16' || type.dtype === 'bf16') return feed
  return { ...feed, data: asIntegers(name, feed.data as Float32Array, type) }
}

/** Numbers of a Float32Array as the integers of a type. @throws QError `FEED_TYPE` when the type cannot hold them */
function asIntegers(name: string, numbers: Float32Array, type: TensorType): TensorData {
  const storage = storageArray[type.dtype]
  const held =
    storage === BigInt64Array || storage === BigUint64Array
      ? storage.from(Array.from(numbers, (each) => BigInt(Math.trunc(each))))
      : (storage as Int32ArrayConstructor).from(numbers)
  const lost = numbers.findIndex((each, i) => Number(held[i]) !== each)
  if (lost < 0) return held
  throw new QError('FEED_TYPE', `the tensor fed as ${name} has numbers that its type cannot hold`, {
    at: [name],
    found: `${numbers[lost]} at ${lost}`,
    wanted: `integers of ${type.dtype}`,
    hint: 'run this part with the reference executor',
  })
}
