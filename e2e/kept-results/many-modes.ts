import { bm1684x } from '@q/backend-bm1684x'
import {
  type Backend,
  type CodeStorage,
  defineTarget,
  type IntegerScheme,
  type LowerOp,
  layerOf,
  loweredTo,
  type OpForm,
  type OpModes,
} from '@q/ir'
import { lowerJoin } from '@q/ir/lowering'

/**
 * A chip of many ways of storing codes whose lowerings do what a lowering may: codes by their own range or by that of their operand, nodes put behind an operand,
 * results under another name, a look at the neighbours. It computes nothing that has a meaning; rewrites, facts and simplifications are those of a real one.
 */

const encoding = { kind: 'scale-shift', bits: 32 } as const
const codes = (activations: CodeStorage): IntegerScheme => ({
  kind: 'integer',
  activations,
  weights: { bits: 8, sign: 'signed', zeroPoint: 'none', granularity: 'per-axis' },
  multipliers: { sum: encoding, operand: encoding, product: encoding, cast: encoding },
  rounding: { requantize: 'half-up', cast: 'half-to-even', weight: 'half-to-even' },
})

const modes = ['INT8', 'UINT8', 'INT16', 'POT8', 'F16', 'F32'] as const
const same: OpModes = Object.fromEntries(modes.map((mode) => [mode, mode]))
/** Operators without codes fall back to a float, others to other codes. */
const fallingBack: OpModes = { INT8: 'F16', UINT8: 'F32', INT16: 'INT8', POT8: 'POT8', F16: 'F16', F32: 'F32' }

const model = bm1684x()
const forms = Object.keys(model.target.ops) as OpForm[]
/** Some have range rules that give the result the range of the operand, some have not. */
const movers = [
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Tile',
  'Transpose',
  'Slice',
  'MaxPool',
  'Gather',
  'Clip',
  'Round',
  'Floor',
  'Sin',
  'CumSum',
]

const keep: LowerOp = (node, context) =>
  loweredTo(
    node,
    node.outputs.map((name) => ({
      name,
      type: context.scheme.kind === 'integer' ? context.quantizedType(name) : { ...context.typeOf(name), dtype: context.scheme.dtype },
    })),
  )

/** Codes of the operand's scale, whatever the range of the result. */
const move: LowerOp = (node, context) => {
  if (context.scheme.kind === 'float') return keep(node, context)
  const { shape } = context.typeOf(layerOf(node))
  return loweredTo(node, [{ name: layerOf(node), type: { ...context.quantizedType(node.inputs[0]!), shape } }])
}

/** Looks at who uses the result: it is of 16 bits where the first user is in float or named by the plan. */
const look: LowerOp = (node, context) => {
  const name = layerOf(node)
  const [user] = context.consumers(name)
  const isWide =
    context.scheme.kind === 'integer' &&
    (user?.mode === 'F16' || user?.planned === 'INT8' || context.producer(node.inputs[0]!)?.mode === 'INT16')
  return isWide ? loweredTo(node, [{ name, type: context.in('INT16').quantizedType(name) }]) : keep(node, context)
}

/** Stands behind its operand, and gives its result another name on codes. */
const surround: LowerOp = (node, context) => {
  if (context.scheme.kind === 'float') return keep(node, context)
  const [x] = node.inputs as [string]
  const name = layerOf(node)
  const type = context.quantizedType(name)
  const attrs = { shape: type.shape }
  return {
    hoisted: [{ op: 'Reshape', inputs: [x], outputs: [`${x}_for_${name}`], attrs }],
    nodes: [
      { ...node, inputs: [`${x}_for_${name}`], outputs: [`${name}_inner`] },
      { op: 'Reshape', inputs: [`${name}_inner`], outputs: [`${name}_back`], attrs },
    ],
    values: [
      { name: `${x}_for_${name}`, type: context.quantizedType(x) },
      { name: `${name}_inner`, type },
      { name: `${name}_back`, type },
    ],
    renamed: new Map([[name, `${name}_back`]]),
  }
}

/** Leaves an operand unread, or wants it in another type than codes. */
const choose: LowerOp = (node, context) => {
  const [x, other] = node.inputs as [string, string]
  if (context.mode === 'UINT8') return keep({ ...node, inputs: [x, x] }, context)
  return { ...keep(node, context), operands: new Map([[other, context.mode === 'INT8' ? 'f32' : 'any']]) }
}

const each = (ops: readonly string[], lower: LowerOp): Record<string, LowerOp> => Object.fromEntries(ops.map((op) => [op, lower]))

/** The chip. @param rescale how codes are made of others */
export const manyModes = (rescale: 'by-range' | 'by-width'): Backend => ({
  ...model,
  name: 'many-modes',
  target: defineTarget({
    ...model.target,
    name: 'many-modes',
    modes,
    defaultFloat: 'F16',
    floatModes: ['F16', 'F32'],
    schemes: {
      INT8: codes({ bits: 8, sign: 'by-range', zeroPoint: 'none' }),
      UINT8: codes({ bits: 8, sign: 'unsigned', zeroPoint: 'by-range' }),
      INT16: codes({ bits: 16, sign: 'signed', zeroPoint: 'none' }),
      POT8: codes({ bits: 8, sign: 'signed', zeroPoint: 'none', scale: 'power-of-two' }),
      F16: { kind: 'float', dtype: 'f16' },
      F32: { kind: 'float', dtype: 'f32' },
    },
    ops: Object.fromEntries(forms.map((form, i) => [form, i % 7 === 0 ? fallingBack : same])),
    casts: { rescale },
    tolerance: {},
  }),
  lower: {
    ...each(
      forms.map((form) => form.replace('#constant', '')),
      keep,
    ),
    ...each(movers, move),
    ...each(['Add', 'Sigmoid', 'Conv', 'Tanh'], look),
    ...each(['Softmax', 'Exp', 'Gelu'], surround),
    ...each(['Sub', 'Div', 'Pow'], choose),
    Concat: (node, context) => (context.scheme.kind === 'integer' ? lowerJoin(node, context) : keep(node, context)),
  },
})
