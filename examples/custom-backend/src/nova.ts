import {
  type Backend,
  type BackendFactory,
  type Diagnostic,
  defineTarget,
  type Graph,
  type LowerContext,
  type LowerOp,
  layerOf,
  type Node,
} from '@q/ir'
import {
  activationOps,
  asConv,
  asFloat,
  asJoin,
  asMatMul,
  asProduct,
  asSum,
  asTable,
  factorFor,
  limitedType,
  lowerCopy,
  loweredTo,
  onCodes,
  requantizationOf,
} from '@q/ir/lowering'

const codes = { INT8: 'INT8', F32: 'F32' } as const
const floats = { INT8: 'F32', F32: 'F32' } as const

const each = <T>(ops: readonly string[], made: T): Record<string, T> => Object.fromEntries(ops.map((op) => [op, made]))

/** Operators that move or select codes. */
const copies = ['MaxPool', 'Pad', 'Relu', 'Reshape', 'Transpose'] as const

/**
 * An imaginary chip. Its codes are unsigned bytes with a zero point, its weights signed bytes, one scale for each filter. It
 * multiplies sums by 31-bit mantissas, as TensorFlow Lite does, and rounds halves away from zero.
 */
const target = defineTarget({
  name: 'nova',
  modes: ['INT8', 'F32'],
  schemes: {
    INT8: {
      kind: 'integer',
      activations: { bits: 8, sign: 'unsigned', zeroPoint: 'by-range' },
      weights: { bits: 8, sign: 'signed', zeroPoint: 'none', granularity: 'per-axis' },
      multipliers: {
        sum: { kind: 'quantized-multiplier' },
        operand: { kind: 'scale-shift', bits: 8, range: 'positive' },
        product: { kind: 'scale-shift', bits: 32 },
        cast: { kind: 'scale-shift', bits: 32 },
      },
      rounding: { requantize: 'half-away-from-zero', cast: 'half-to-even', weight: 'half-to-even' },
    },
    F32: { kind: 'float', dtype: 'f32' },
  },
  defaultFloat: 'F32',
  floatModes: ['F32'],
  ops: {
    ...each(activationOps, codes),
    ...each(copies, codes),
    Add: codes,
    AveragePool: codes,
    Concat: codes,
    Conv: codes,
    MatMul: codes,
    Mul: codes,
    'Add#constant': floats,
    'Mul#constant': floats,
    LayerNormalization: floats,
    ReduceMean: floats,
    Softmax: floats,
  },
  rangeImport: { Softmax: 'unit', Sigmoid: 'unit-unless-log' },
  rangeSteps: [[{ rule: 'backward', ops: ['Relu', 'MaxPool'] }], [{ rule: 'forward', ops: copies }]],
  typeFollowers: ['Reshape'],
  tolerance: { INT8: [0.98, 0.9], F32: [0.99, 0.99] },
})

/** The filter of the chip has 49 places in its window. */
const mostTaps = 49

const tapsOf = (node: Node, context: LowerContext): number =>
  context
    .typeOf(node.inputs[1]!)
    .shape.slice(2)
    .reduce((product, size) => product * size, 1)

const conv = asConv()
/** A filter that is too large runs in float32. */
const lowerConv: LowerOp = (node, context) => (tapsOf(node, context) > mostTaps ? conv(node, context.in('F32')) : conv(node, context))

/** The sum of a window, and one factor for it. */
const lowerAveragePool: LowerOp = onCodes((node, context) => {
  const name = layerOf(node)
  const type = limitedType(node, context)
  const { reluLimit: _, ...attrs } = context.attrs(node)
  const places = (attrs['kernel_shape'] as readonly number[]).reduce((product, size) => product * size, 1)
  const { scale } = context.quantizedType(node.inputs[0]!).quant!
  const factor = factorFor('product', scale / (type.quant!.scale * places), context)
  return loweredTo(
    { op: 'QAveragePool', inputs: node.inputs, outputs: [name], attrs: { ...attrs, ...requantizationOf([factor], context) } },
    [{ name, type }],
  )
})

const lower: Backend['lower'] = {
  ...each(activationOps, asTable()),
  ...each(copies, lowerCopy),
  ...each(['LayerNormalization', 'ReduceMean', 'Softmax'], asFloat()),
  Add: asSum('QAdd'),
  AveragePool: lowerAveragePool,
  Concat: asJoin,
  Conv: lowerConv,
  MatMul: asMatMul(),
  Mul: asProduct,
}

/** What the chip cannot do in any mode, and what data cannot say: its addresses have 32 bits. */
function restrict(node: Node, context: LowerContext): Diagnostic | undefined {
  const { shape } = context.typeOf(layerOf(node))
  if (shape.reduce((product, size) => product * size, 1) < 2 ** 30) return undefined
  return {
    level: 'warning',
    code: 'NOVA_ADDRESS',
    message: `the result [${shape.join(', ')}] is larger than the chip can address`,
    at: [layerOf(node)],
  }
}

/** Constants start at multiples of this many bytes. */
const alignment = 64

/** The bytes of all constants one behind the other, and where each begins. */
function weightsOf(graph: Graph): { readonly bytes: Uint8Array; readonly places: ReadonlyMap<string, number> } {
  const places = new Map<string, number>()
  let size = 0
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs))
  const constants = [...graph.values.values()].filter(({ name, constant }) => constant !== undefined && used.has(name))
  for (const { name, constant } of constants) {
    places.set(name, size)
    size += Math.ceil(constant!.data.byteLength / alignment) * alignment
  }
  const bytes = new Uint8Array(size)
  for (const { name, constant } of constants) {
    const { buffer, byteOffset, byteLength } = constant!.data
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), places.get(name)!)
  }
  return { bytes, places }
}

/** The program as lines of text: one operator each, constants by the place of their bytes. */
function programOf(graph: Graph, places: ReadonlyMap<string, number>): string {
  const typeOf = (name: string): string => {
    const { dtype, shape, quant } = graph.values.get(name)!.type
    if (quant === undefined) return `${dtype}[${shape}]`
    const ends = quant.saturate === undefined ? '' : ` from ${quant.saturate[0]} to ${quant.saturate[1]}`
    return `${dtype}[${shape}] scale ${quant.scale} zero ${quant.zeroPoint}${ends}`
  }
  const operand = (name: string | undefined): string =>
    name === undefined ? '-' : places.has(name) ? `@${places.get(name)}:${typeOf(name)}` : name
  return [
    ...graph.inputs.map(({ name }) => `input ${name} ${typeOf(name)}`),
    ...graph.nodes.map(
      ({ op, inputs, outputs, attrs }) =>
        `${outputs.map((name) => `${name} ${typeOf(name)}`).join(', ')} = ${op}(${inputs.map(operand).join(', ')}) ${JSON.stringify(attrs)}`,
    ),
    ...graph.outputs.map((name) => `output ${name}`),
    '',
  ].join('\n')
}

/** The back end: `<name>.nova` is the program, `<name>.novaw` its weights. */
export const nova: BackendFactory = (): Backend => ({
  name: 'nova',
  target,
  lower,
  restrict,
  emit(graph, { name }) {
    const { bytes, places } = weightsOf(graph)
    const program = new TextEncoder().encode(programOf(graph, places))
    return {
      files: new Map([
        [`${name}.nova`, program],
        [`${name}.novaw`, bytes],
      ]),
      diagnostics: [],
    }
  },
})
