import proto from 'onnx-proto'

const { ModelProto } = proto.onnx

/** A model as plain data: what the mutations of structure change. */
export const decodeModel = (bytes) => ModelProto.toObject(ModelProto.decode(bytes), { longs: Number, arrays: true })

/** The bytes of a model; numbers of 64 bits that no JavaScript number holds are rounded. */
export const encodeModel = (model) => Buffer.from(ModelProto.encode(ModelProto.fromObject(model)).finish())

/** An attribute in the type that its value has: whole numbers are integers, `{ float }` a float. */
export function attribute(name, value) {
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) }
  if (typeof value === 'number') return { name, type: 2, i: value }
  if (Array.isArray(value)) return { name, type: 7, ints: value }
  if ('floats' in value) return { name, type: 6, floats: value.floats }
  return { name, type: 1, f: value.float }
}

/** A stored tensor of 32-bit floats (1), 64-bit integers (7), 32-bit integers (6) or truth values (9). */
export function stored(name, dims, data, dataType = 1) {
  const field = dataType === 1 ? { floatData: data } : dataType === 7 ? { int64Data: data } : { int32Data: data }
  return { name, dims, dataType, ...field }
}

/** A tensor that is given to the model or made by it. */
export const declared = (name, dims, elemType = 1) => ({
  name,
  type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
})
