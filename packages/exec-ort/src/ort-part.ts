import type { Tensor, TensorData, TensorType } from '@q/ir'
import { elementCount, QError, storageArray } from '@q/ir'
import { canHaveBlocks, inBlocks } from './blocked-layout.ts'
import { openParameters } from './feed-parameters.ts'
import type { TranslatedPart } from './onnx-translator.ts'
import { type ProgramMaker, programOf } from './ort-program.ts'
import type { OrtTensor } from './ort-runtime.ts'
import { ortTypes } from './ort-types.ts'
import { channelsInBlock } from './probe-blocks.ts'

/** A translated part, loaded into ONNX Runtime. */
export interface OrtPart {
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
  /** @throws QError `FEED_MISSING`, `FEED_TYPE`, `ORT_REFUSED` */
  run(values: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>
  close(): Promise<void>
}

/** How parts are loaded. */
export interface PartLoading extends ProgramMaker {
  /** Whether what integer operators compute with is fed at every run, or stands in the model. */
  readonly parameters: 'baked' | 'fed'
}

/** What a part is of. */
export interface PartPlace {
  /** The declared type of a value of the graph. */
  readonly typeOf: (name: string) => TensorType
  /** Fetches whose elements may come in any order. */
  readonly anyOrder: readonly string[]
}

/** Loads a part. @throws QError `ORT_REFUSED` */
export async function loadPart(translated: TranslatedPart, { typeOf, anyOrder }: PartPlace, loading: PartLoading): Promise<OrtPart> {
  const { ort, onnx } = loading
  const { part, parameters } = loading.parameters === 'fed' ? openParameters(translated) : { part: translated, parameters: noParameters }
  const free = new Set(anyOrder.map((name) => part.fetches.get(name)!))
  const block = canHaveBlocks(part.model, free) ? await channelsInBlock(ort, onnx) : undefined
  const { program, inputs } = await programOf(block === undefined ? part.model : inBlocks(part.model, block, free), loading)
  const { session, inputs: ids, outputs } = program.value
  const ortTensor = ({ dtype, data, shape }: Tensor): OrtTensor => new ort.Tensor(ortTypes[dtype] as never, data as never, shape)
  const names = new Map([...part.feeds].map(([name, id]) => [id, name]))
  const bound: Record<string, OrtTensor> = {}
  const feeds: { readonly name: string; readonly id: string; readonly type: TensorType }[] = []
  inputs.forEach((input, i) => {
    const parameter = parameters.get(input)
    if (parameter !== undefined) bound[ids[i]!] = ortTensor(parameter)
    else feeds.push({ name: names.get(input)!, id: ids[i]!, type: typeOf(names.get(input)!) })
  })
  const fetches = [...part.fetches.keys()].map((name, i) => ({ name, ...outputs[i]!, type: typeOf(name) }))
  return {
    feeds: feeds.map(({ name }) => name),
    fetches: fetches.map(({ name }) => name),
    async run(values) {
      const given: Record<string, OrtTensor> = { ...bound }
      for (const { name, id, type } of feeds) {
        const { dtype, data } = onnx.toCarrier(fittingFeed(name, values.get(name), type))
        given[id] = ortTensor({ dtype, data, shape: type.shape })
      }
      const results = await session.run(given).catch((error: unknown) => {
        throw refusedRun(part.model.name, error)
      })
      return new Map(
        fetches.map(({ name, id, dtype, type }) => [
          name,
          onnx.fromCarrier({ dtype, shape: type.shape, data: results[id]!.data as TensorData }, type),
        ]),
      )
    },
    close: () => program.release(),
  }
}

const noParameters: ReadonlyMap<string, Tensor> = new Map()

const refusedRun = (name: string, error: unknown): QError =>
  new QError('ORT_REFUSED', 'ONNX Runtime does not run the translated model', {
    at: [name],
    found: error instanceof Error ? error.message : String(error),
    hint: 'run with the reference executor, and report the model',
    cause: error,
  })

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
