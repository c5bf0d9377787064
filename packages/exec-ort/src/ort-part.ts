import { QError, elementCount } from '@q/ir'
import type { DType, Tensor, TensorData, TensorType } from '@q/ir'
import { fromCarrier, toCarrier } from './onnx/carriers.ts'
import { onnxDomains, onnxOpset } from './onnx/onnx-ops.ts'
import type { EncodeModel, OrtRuntime, OrtSession, OrtTensor } from './ort-runtime.ts'
import type { TranslatedPart } from './translate-part.ts'

const ortTypes: Readonly<Partial<Record<DType, string>>> = {
  f32: 'float32', f64: 'float64', u8: 'uint8', i8: 'int8', i32: 'int32', i64: 'int64', bool: 'bool', u16: 'uint16', i16: 'int16', f16: 'float16',
}

/** A translated part, loaded into ONNX Runtime. */
export interface OrtPart {
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
  run(values: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>
  close(): Promise<void>
}

/** Loads a part. @param typeOf the declared type of a value of the graph */
export async function loadPart(
  part: TranslatedPart,
  typeOf: (name: string) => TensorType,
  runtime: { readonly ort: OrtRuntime; readonly encode: EncodeModel; readonly sessionOptions: Readonly<Record<string, unknown>> },
): Promise<OrtPart> {
  const bytes = runtime.encode(part.model, { opset: onnxOpset, domains: onnxDomains })
  const session: OrtSession = await runtime.ort.InferenceSession.create(bytes, runtime.sessionOptions).catch((error: unknown) => {
    throw new QError('ORT_REFUSED', 'ONNX Runtime does not load the translated model', {
      found: error instanceof Error ? error.message : String(error),
      hint: 'run with the reference executor, and report the model',
      cause: error,
    })
  })
  const feeds = [...part.feeds]
  const fetches = [...part.fetches]
  return {
    feeds: feeds.map(([name]) => name),
    fetches: fetches.map(([name]) => name),
    async run(values) {
      const inputs: Record<string, OrtTensor> = {}
      for (const [name, id] of feeds) {
        const type = typeOf(name)
        const { dtype, data } = toCarrier(checkFeed(name, values.get(name), type))
        inputs[id] = new runtime.ort.Tensor(ortTypes[dtype] as never, data as never, type.shape)
      }
      const results = await session.run(inputs)
      return new Map(fetches.map(([name, id]) => {
        const type = typeOf(name)
        const { dtype } = part.model.values.get(id)!.type
        const carried = { dtype, shape: type.shape, data: results[id]!.data as TensorData }
        return [name, fromCarrier(carried, type)]
      }))
    },
    close: () => session.release(),
  }
}

/** The feed as a tensor that fits. @throws QError `FEED_MISSING`, `FEED_TYPE` */
function checkFeed(name: string, feed: Tensor | undefined, type: TensorType): Tensor {
  if (feed === undefined) throw new QError('FEED_MISSING', `the input ${name} was not given`, { at: [name], hint: `feed ${name}` })
  const sameSize = feed.data.length === elementCount(type.shape)
  const sameType = feed.dtype === type.dtype || (feed.data instanceof Float32Array && ['f32', 'f16', 'bf16'].includes(type.dtype))
  if (!sameSize || !sameType) {
    throw new QError('FEED_TYPE', `the input ${name} does not fit`, {
      at: [name],
      found: `${feed.dtype}[${feed.shape.join(', ')}]`,
      wanted: `${type.dtype}[${type.shape.join(', ')}]`,
    })
  }
  return feed
}
