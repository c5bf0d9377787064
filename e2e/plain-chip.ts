import {
  type Backend,
  defineTarget,
  type Graph,
  type IntegerScheme,
  type LowerContext,
  type LoweredNode,
  type LowerOp,
  type Node,
  type Value,
} from '@q/ir'
import { activationOps, asConv, asJoin, asMatMul, asProduct, asSum, asTable, lowerCopy } from '@q/ir/lowering'

const copies = [
  'MaxPool',
  'Relu',
  'Reshape',
  'Transpose',
  'Slice',
  'Pad',
  'Max',
  'Min',
  'Gather',
  'Upsample',
  'Tile',
  'Squeeze',
  'Unsqueeze',
]
const factor = { kind: 'doubling', largest: 2 ** 24 - 1 } as const
const scheme: IntegerScheme = {
  kind: 'integer',
  activations: { bits: 8, sign: 'signed', zeroPoint: 'none' },
  weights: { bits: 8, sign: 'signed', zeroPoint: 'none', granularity: 'per-axis' },
  multipliers: { sum: factor, operand: factor, product: factor, cast: factor },
  rounding: { requantize: 'half-up', cast: 'half-to-even', weight: 'half-away-from-zero' },
}
const each = <T>(ops: readonly string[], made: T): Record<string, T> => Object.fromEntries(ops.map((op) => [op, made]))
export const lower: Readonly<Record<string, LowerOp>> = {
  ...each(activationOps, asTable()),
  ...each(copies, lowerCopy),
  Conv: asConv(),
  MatMul: asMatMul(),
  Add: asSum('QAdd'),
  Sub: asSum('QSub'),
  Mul: asProduct,
  Concat: asJoin,
}
export const bytes = (of: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(of, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
export const constants = (graph: Graph): readonly unknown[] =>
  [...graph.values.values()].flatMap(({ constant }) => (constant === undefined ? [] : [[...(constant.data as Iterable<number>)]]))
export const program = ({ nodes, outputs, values }: Graph): unknown => ({
  nodes,
  outputs,
  types: [...values.values()].map(({ name, type }) => ({ name, ...type })),
})

/** A chip from the kit alone, two files. */
export const chip = (): Backend => ({
  name: 'plain',
  target: defineTarget({
    name: 'plain',
    modes: ['INT8', 'F32'],
    schemes: { INT8: scheme, F32: { kind: 'float', dtype: 'f32' } },
    defaultFloat: 'F32',
    floatModes: ['F32'],
    ops: each(Object.keys(lower), { INT8: 'INT8', F32: 'F32' }),
    rangeSteps: [],
    tolerance: { INT8: [0.9, 0.8], F32: [0.99, 0.99] },
  }),
  lower,
  emit: (graph, { name }) => ({
    files: new Map([
      [`${name}.json`, bytes(program(graph))],
      [`${name}.bin`, bytes(constants(graph))],
    ]),
    diagnostics: [],
  }),
})

export type Change = (lowered: LoweredNode, node: Node, context: LowerContext) => LoweredNode
const wrongIn =
  (kind: 'integer' | 'float', change: Change) =>
  (op: string): LowerOp =>
  (node, context) => {
    const made = lower[op]!(node, context)
    return context.scheme.kind === kind ? change(made, node, context) : made
  }
/** The chip with these operators lowered wrong. */
export const wrong = (ops: readonly string[], change: Change, kind: 'integer' | 'float' = 'integer'): Backend => ({
  ...chip(),
  lower: { ...lower, ...Object.fromEntries(ops.map((op) => [op, wrongIn(kind, change)(op)])) },
})
export const nodes =
  (change: (node: Node) => Partial<Node>): Change =>
  (lowered) => {
    const all = (list: readonly Node[]): readonly Node[] => list.map((node) => ({ ...node, ...change(node) }))
    return { ...lowered, nodes: all(lowered.nodes), ...(lowered.hoisted === undefined ? {} : { hoisted: all(lowered.hoisted) }) }
  }
export const attrs = (ops: readonly string[], more: (attrs: Node['attrs']) => Node['attrs']): Change =>
  nodes((node) => (ops.includes(node.op) ? { attrs: { ...node.attrs, ...more(node.attrs) } } : {}))
export const list = (of: Node['attrs'], name: string): readonly number[] => of[name] as readonly number[]
const requantizing = ['QConv', 'QMatMul', 'QAdd', 'QSub', 'QMul', 'Requantize']
export const halved = attrs(requantizing, (of) => ({ shifts: list(of, 'shifts').map((shift) => shift + 1) }))
export const when =
  (holds: (node: Node, context: LowerContext) => boolean, change: Change): Change =>
  (lowered, node, context) =>
    holds(node, context) ? change(lowered, node, context) : lowered
const values =
  (change: (value: Value) => Value): Change =>
  (lowered) => ({ ...lowered, values: lowered.values.map(change) })
export const elements = (change: (data: readonly number[]) => readonly number[]): Change =>
  values((value) =>
    value.constant === undefined
      ? value
      : { ...value, constant: { ...value.constant, data: Int8Array.from(change([...(value.constant.data as Int8Array)])) } },
  )
export const isConstant = (node: Node, context: LowerContext, place: number): boolean =>
  context.constantOf(node.inputs[place]) !== undefined
export const shape = (node: Node, context: LowerContext, place: number): readonly number[] => context.typeOf(node.inputs[place]!).shape
export const turned = (pads: readonly number[]): readonly number[] => [...pads.slice(pads.length / 2), ...pads.slice(0, pads.length / 2)]
export const rounded = (op: string): Backend => ({
  ...chip(),
  lower: {
    ...lower,
    [op]: (node, context) =>
      lower[op]!(
        node,
        Object.create(context, {
          integers: { get: () => ({ ...scheme, rounding: { ...scheme.rounding, weight: 'down' } }) },
        }) as LowerContext,
      ),
  },
})
export const tables = activationOps.filter((op) => !['Sigmoid', 'Silu', 'Gelu', 'Softplus'].includes(op))
export const moving = ['Relu', 'MaxPool', 'Pad', 'Transpose', 'Reshape']
export const emitting = (change: (graph: Graph) => readonly (readonly [string, Uint8Array])[]): Backend => ({
  ...chip(),
  emit: (graph) => ({ files: new Map(change(graph)), diagnostics: [] }),
})
