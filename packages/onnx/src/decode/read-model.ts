import type { DType } from '@q/ir'
import { QError } from '@q/ir'
import proto from 'onnx-proto'
import { defectOfFields } from './top-fields.ts'

/** Bytes of an ONNX file as its message. @throws QError `ONNX_NOT_A_MODEL`, `ONNX_NO_GRAPH` */
export function readModel(bytes: Uint8Array, place: string): proto.onnx.ModelProto & { readonly graph: proto.onnx.IGraphProto } {
  const model = parse(bytes, place)
  const { graph } = model
  if (graph === undefined || graph === null || ((graph.node?.length ?? 0) === 0 && (graph.output?.length ?? 0) === 0)) {
    throw new QError('ONNX_NO_GRAPH', 'the file holds no network', {
      at: [place],
      found: bytes.length === 0 ? 'an empty file' : 'a message without nodes',
      wanted: 'an ONNX model',
      hint: 'check the download or the export',
    })
  }
  return Object.assign(model, { graph })
}

function parse(bytes: Uint8Array, place: string): proto.onnx.ModelProto {
  const fail = (why: string, cause?: unknown) => {
    const found = `${bytes.length} bytes that do not parse${why}`
    const wanted = 'a complete ONNX file, and nothing behind it'
    const hint = 'check the download or the export'
    return new QError('ONNX_NOT_A_MODEL', 'the file is no ONNX model, or is cut off', { at: [place], found, wanted, hint, cause })
  }
  let model: proto.onnx.ModelProto
  try {
    model = proto.onnx.ModelProto.decode(bytes)
  } catch (cause) {
    throw fail(cause instanceof Error ? ` (${cause.message})` : '', cause)
  }
  const defect = defectOfFields(bytes)
  if (defect !== undefined) throw fail(` (${defect})`)
  return model
}

/** Versions of the operator sets a model asks for, by domain (`ai.onnx` is the empty name). */
export function opsetsOf(model: proto.onnx.ModelProto): ReadonlyMap<string, number> {
  return new Map(
    model.opsetImport.map(({ domain, version }) => [
      domain === undefined || domain === null || domain === 'ai.onnx' ? '' : domain,
      Number((version ?? 1).toString()),
    ]),
  )
}

/** The names of a file's outputs, in order; a canonical graph names its outputs after layers. @throws QError `ONNX_NOT_A_MODEL`, `ONNX_NO_GRAPH` */
export function onnxOutputNames(bytes: Uint8Array, place = 'model'): readonly string[] {
  return (readModel(bytes, place).graph.output ?? []).map(({ name }) => name ?? '')
}

const elementTypes: Readonly<Record<number, DType>> = {
  [proto.onnx.TensorProto.DataType.INT32]: 'i32',
  [proto.onnx.TensorProto.DataType.INT64]: 'i64',
}

/**
 * The integer types that a file's inputs are declared with, in order, `undefined` for others; a canonical graph may have other types there, into which numbers are cast.
 *
 * @throws QError `ONNX_NOT_A_MODEL`, `ONNX_NO_GRAPH`
 */
export function onnxInputTypes(bytes: Uint8Array, place = 'model'): readonly (DType | undefined)[] {
  const { graph } = readModel(bytes, place)
  const stored = new Set((graph.initializer ?? []).map(({ name }) => name))
  return (graph.input ?? []).filter(({ name }) => !stored.has(name)).map(({ type }) => elementTypes[type?.tensorType?.elemType ?? 0])
}
