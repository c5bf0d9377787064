import { dirname, resolve } from 'node:path'
import { faithfulGraphs } from '@q/exec-ort'
import type { DType, Tensor } from '@q/ir'
import { isQError, QError } from '@q/ir'
import { feedOf, type SampleInput } from '@q/ir/graph'
import { decodeF16Array, encodeF16Array } from '@q/ir/number'
import { onnxOutputNames, withOnnxAlias, withOnnxOutputs } from '@q/onnx'
import * as onnxruntime from 'onnxruntime-node'
import { readBytes } from '../files/read-file.ts'

/** A model file as ONNX Runtime runs it, which an import and a quantized model are held against. */
export interface OriginalModel {
  /** The names of what is wanted, in order; a name stands as often as it is wanted, or the file hands it out. */
  readonly outputs: readonly string[]
  /** Runs it once. @returns the wanted tensors as float32, under the file's names @throws QError `MODEL_RUN`, `FEED_TYPE` */
  run(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>
  close(): Promise<void>
}

/** What {@link openOriginal} is told. */
export interface OriginalChoice {
  /** The inputs of the file, in its order. */
  readonly declared: readonly SampleInput[]
  readonly inputShapes?: readonly (readonly number[])[]
  /** Tensors that are wanted, inner ones too; `bytes` are then the file's. @default the file's outputs */
  readonly fetches?: { readonly names: readonly string[]; readonly bytes: Uint8Array }
}

/** Makes a model file ready to run as it is. @throws QError `MODEL_RUN` when ONNX Runtime refuses it */
export async function openOriginal(path: string, { declared, inputShapes, fetches }: OriginalChoice): Promise<OriginalModel> {
  const session = await orRefused(path, () => startSession(path, fetches))
  const outputs = fetches?.names ?? session.outputNames.map((name) => (name === aliasOfProto ? unfetchable : name))
  // What is not asked for by name is taken to be, where every object has a member of that name.
  const inherited = session.outputNames.filter((name) => name in Object.prototype)
  return {
    outputs,
    run: (inputs) =>
      orRefused(path, async () => {
        const feeds = new Map<string, onnxruntime.Tensor>()
        for (const [i, { name, shape: usual }] of declared.entries()) {
          const place = session.inputNames.includes(name) ? session.inputNames.indexOf(name) : i
          const shape = inputShapes?.[place] ?? usual
          feeds.set(session.inputNames[place] ?? name, fedAs(name, inputs.get(name)!, typeOf(session, place), shape))
        }
        // What the cut part of a network read does not count, and is wanted all the same.
        session.inputNames.forEach((name, i) => {
          if (!feeds.has(name)) feeds.set(name, zeros(session, i, inputShapes?.[i]))
        })
        const results = await session.run(Object.fromEntries(feeds), [...new Set([...outputs.map(fetchedAs), ...inherited])])
        return new Map(outputs.map((name) => [name, asFloats(results[fetchedAs(name)]!)]))
      }),
    close: () => session.release(),
  }
}

/** What ONNX Runtime makes of a model file as it is, once: its outputs as float32, under the file's names and in its order. @throws as {@link openOriginal} */
export async function originalOutputs(
  path: string,
  declared: readonly SampleInput[],
  inputs: ReadonlyMap<string, Tensor>,
  inputShapes?: readonly (readonly number[])[],
): Promise<ReadonlyMap<string, Tensor>> {
  const original = await openOriginal(path, { declared, ...(inputShapes === undefined ? {} : { inputShapes }) })
  try {
    return await original.run(inputs)
  } finally {
    await original.close()
  }
}

/** ONNX Runtime hands its results out as an object, which cannot have a member of this name: it sets what the object inherits. */
const unfetchable = '__proto__'
const aliasOfProto = '__proto__|fetched'
const fetchedAs = (name: string): string => (name === unfetchable ? aliasOfProto : name)

/** A file whose outputs are all that is wanted is read by the runtime itself; inner tensors are made outputs in a copy, whose external data stays beside the file. */
async function startSession(path: string, fetches: OriginalChoice['fetches']): Promise<onnxruntime.InferenceSession> {
  const asItStands = { ...faithfulGraphs, logSeverityLevel: 3 } as const
  const given = fetches === undefined ? new Set<string>() : new Set(onnxOutputNames(fetches.bytes, path))
  const inner = fetches?.names.filter((name) => !given.has(name)) ?? []
  if (fetches === undefined || (inner.length === 0 && !given.has(unfetchable))) {
    const session = await onnxruntime.InferenceSession.create(resolve(path), asItStands)
    if (!session.outputNames.includes(unfetchable)) return session
    await session.release()
    const names = session.outputNames
    return startSession(path, { names, bytes: await readBytes(path) })
  }
  const { extra } = faithfulGraphs
  const session = { ...extra.session, model_external_initializers_file_folder_path: dirname(resolve(path)) }
  const isUnfetchable = given.has(unfetchable) || inner.includes(unfetchable)
  const fetchable = isUnfetchable ? withOnnxAlias(fetches.bytes, unfetchable, aliasOfProto) : fetches.bytes
  const bytes = withOnnxOutputs(
    fetchable,
    inner.filter((name) => name !== unfetchable),
  )
  return onnxruntime.InferenceSession.create(bytes, { ...asItStands, extra: { ...extra, session } })
}

async function orRefused<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (isQError(error)) throw error
    throw new QError('MODEL_RUN', `ONNX Runtime cannot run ${path}`, {
      at: [path],
      found: error instanceof Error ? error.message.split('\n')[0]! : String(error),
      wanted: 'a model that ONNX Runtime runs on this input',
      hint: 'check the model with its exporter, or leave --test_input out',
      cause: error,
    })
  }
}

function asFloats({ data, dims, type }: onnxruntime.Tensor): Tensor {
  const halves = type === 'float16' && data instanceof Uint16Array
  return { dtype: 'f32', shape: [...dims], data: halves ? decodeF16Array(data) : Float32Array.from(data as Float32Array, Number) }
}

/** The element type the file declares, which may be wider than the imported graph's. */
function typeOf(session: onnxruntime.InferenceSession, index: number): string {
  const input = session.inputMetadata[index]
  return input?.isTensor === true ? input.type : 'float32'
}

function zeros(session: onnxruntime.InferenceSession, index: number, given: readonly number[] | undefined): onnxruntime.Tensor {
  const input = session.inputMetadata[index]
  const declared = input?.isTensor === true ? input.shape : []
  const shape = given ?? declared.map((size) => (typeof size === 'number' && size > 0 ? size : 1))
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
  return fedAs(session.inputNames[index]!, { dtype: 'f32', shape, data }, typeOf(session, index), shape)
}

/** Element types of inputs beside float32, by their names in ONNX Runtime. */
const dtypes: Readonly<Record<string, DType>> = {
  int64: 'i64',
  int32: 'i32',
  int16: 'i16',
  int8: 'i8',
  uint64: 'u64',
  uint32: 'u32',
  uint16: 'u16',
  uint8: 'u8',
  bool: 'bool',
  float16: 'f16',
  float64: 'f64',
}

function fedAs(name: string, tensor: Tensor, type: string, shape: readonly number[]): onnxruntime.Tensor {
  const dtype = dtypes[type]
  const fed = dtype === undefined ? tensor : feedOf(name, tensor, dtype)
  const data = dtype === 'f16' ? encodeF16Array(fed.data as Float32Array) : fed.data
  return new onnxruntime.Tensor(dtype === undefined ? 'float32' : (type as 'int64'), data as BigInt64Array & Float32Array, shape)
}
