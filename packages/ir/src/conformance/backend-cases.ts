import { inferNode } from '../graph/node-types.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Attrs, Graph } from '../graph/types.ts'
import { floatOps, type OpName } from '../ops/op-set.ts'
import { f32, node, type SmallValue, smallGraph } from './small-graph.ts'

/** A tiny float network around one operator. */
export interface BackendCase {
  readonly form: OpForm
  readonly graph: Graph
}

interface Shapes {
  /** Shapes of the computed operands, by place. @default one operand `[1, 4, 6, 6]` */
  readonly operands?: readonly (readonly number[])[]
  /** Constants among the operands, by place. */
  readonly constants?: Readonly<Record<number, SmallValue>>
  /** Shapes of the results. @default the shape of the first operand */
  readonly results?: readonly (readonly number[])[]
  readonly attrs?: Attrs
  /** The first result holds places, not numbers, and nothing computes with it. @default false */
  readonly givesPlaces?: boolean
  /** Results that are read: a chip may not give those behind. @default all */
  readonly read?: number
}

const image = [1, 4, 6, 6]

/** Constants that are neither whole numbers nor all of one sign. */
function weights(...shape: readonly number[]): SmallValue {
  const count = shape.reduce((product, d) => product * d, 1)
  return { type: f32(...shape), constant: Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i * 1.7 + 0.3))) }
}

const number: SmallValue = { type: f32(1), constant: [Math.fround(0.7)] }
const index = (...constant: readonly number[]): SmallValue => ({ type: f32(constant.length), constant })

/** The network: operands `x0`, `x1`, ..., results `y0`, ...; another Relu behind, so that the result is not only an output. */
function caseOf(
  form: OpForm,
  { operands = [image], constants = {}, results, attrs = {}, givesPlaces = false, read }: Shapes = {},
): BackendCase {
  const count = operands.length + Object.keys(constants).length
  const names: string[] = []
  const values: Record<string, SmallValue> = {}
  let next = 0
  for (let place = 0; place < count; place++) {
    const constant = constants[place]
    const name = constant === undefined ? `x${place}` : `c${place}`
    values[name] = constant ?? { type: f32(...operands[next++]!) }
    names.push(name)
  }
  const shapes = results ?? [operands[0]!]
  const made = shapes.map((shape, i) => {
    values[`y${i}`] = { type: f32(...shape) }
    return `y${i}`
  })
  const op = form.replace('#constant', '')
  const nodes = [node(op, names, made, attrs)]
  if (!givesPlaces) {
    values['z'] = { type: f32(...shapes[0]!) }
    nodes.push(node('Relu', ['y0'], ['z']))
  }
  return {
    form,
    graph: smallGraph({
      stage: 'float',
      values,
      nodes,
      outputs: [...(givesPlaces ? [] : ['z']), ...made.slice(0, read)],
    }),
  }
}

const pair: Shapes = { operands: [image, image] }
const withNumber: Shapes = { constants: { 1: number } }
const window = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }
const each = (forms: readonly OpForm[], shapes?: Shapes): readonly BackendCase[] => forms.map((form) => caseOf(form, shapes))

/** The operators that apply a function to each element, but for the one whose attributes have no defaults. */
const functionsOfOne = [...floatOps.values()].flatMap(({ name, scalar }) =>
  scalar === undefined || name === 'Clip' ? [] : [name as OpForm],
)

/** The operators that apply a function to each pair of elements. */
export const functionsOfTwo: readonly OpName[] = [...floatOps.values()].flatMap(({ name, binary }) =>
  binary === undefined ? [] : [name as OpName],
)

const listed: readonly BackendCase[] = [
  ...each(functionsOfOne),
  ...each([...functionsOfTwo, 'Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor'], pair),
  ...each(
    [
      'Add#constant',
      'Sub#constant',
      'Mul#constant',
      'Max#constant',
      'Min#constant',
      'Pow#constant',
      'Equal#constant',
      'NotEqual#constant',
      'Greater#constant',
      'GreaterOrEqual#constant',
      'Less#constant',
      'LessOrEqual#constant',
    ],
    withNumber,
  ),
  caseOf('Div#constant', { constants: { 0: number } }),
  caseOf('Clip', { attrs: { min: -1, max: 2 } }),
  caseOf('Conv', {
    constants: { 1: weights(4, 4, 3, 3), 2: weights(4) },
    attrs: { strides: [1, 1], pads: [1, 1, 1, 1], relu: true },
  }),
  caseOf('ConvTranspose', {
    constants: { 1: weights(4, 2, 2, 2), 2: weights(2) },
    results: [[1, 2, 12, 12]],
    attrs: { strides: [2, 2], pads: [0, 0, 0, 0] },
  }),
  caseOf('MatMul', { constants: { 1: weights(6, 6), 2: weights(6) } }),
  caseOf('Affine', { operands: [[2, 4]], constants: { 1: weights(4), 2: weights(4) } }),
  caseOf('PRelu', { constants: { 1: weights(1, 4, 1, 1) } }),
  caseOf('AveragePool', { results: [[1, 4, 3, 3]], attrs: window }),
  caseOf('MaxPool', { results: [[1, 4, 3, 3]], attrs: window }),
  caseOf('Softmax', { attrs: { axis: 1 } }),
  caseOf('Concat', { operands: [image, image], results: [[1, 8, 6, 6]], attrs: { axis: 1 } }),
  caseOf('Reshape', { results: [[1, 144]], attrs: { shape: [1, 144] } }),
  caseOf('Squeeze', { results: [[4, 6, 6]], attrs: { axes: [0] } }),
  caseOf('Unsqueeze', { operands: [[4, 6]], results: [[1, 4, 6]], attrs: { axes: [0] } }),
  caseOf('Transpose', { results: [[1, 6, 6, 4]], attrs: { perm: [0, 2, 3, 1] } }),
  caseOf('Slice', { results: [[1, 2, 6, 3]], attrs: { starts: [0, 1, 0, 0], ends: [1, 3, 6, 6], steps: [1, 1, 1, 2] } }),
  caseOf('Tile', { results: [[1, 8, 6, 6]], attrs: { repeats: [1, 2, 1, 1] } }),
  caseOf('Pad', { results: [[1, 4, 8, 8]], attrs: { pads: [0, 0, 1, 1, 0, 0, 1, 1], value: 0.5 } }),
  caseOf('Upsample', { results: [[1, 4, 12, 12]], attrs: { scale_h: 2, scale_w: 2 } }),
  caseOf('Resize', { results: [[1, 4, 9, 9]], attrs: { mode: 'linear', scale_h: 1.5, scale_w: 1.5, sizes: [9, 9] } }),
  caseOf('DepthToSpace', { results: [[1, 1, 12, 12]], attrs: { block_h: 2, block_w: 2 } }),
  caseOf('ShuffleChannel', { attrs: { group: 2 } }),
  caseOf('SwapDimInner', { attrs: { offsets: [0, 1, 0, 0] } }),
  caseOf('Reverse', { attrs: { axis: 1 } }),
  ...each(['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'], {
    results: [[1, 1, 6, 6]],
    attrs: { axes: [1] },
  }),
  ...each(['ArgMax', 'ArgMin'], { results: [[1, 1, 6, 6]], attrs: { axis: 1 }, givesPlaces: true }),
  caseOf('TopK', {
    results: [
      [1, 2, 6, 6],
      [1, 2, 6, 6],
    ],
    attrs: { axis: 1, k: 2 },
    read: 1,
  }),
  caseOf('Gather', { constants: { 1: index(2, 0) }, results: [[1, 2, 6, 6]], attrs: { axis: 1 } }),
  caseOf('GatherElements', {
    operands: [[2, 3]],
    constants: { 1: { type: f32(2, 2), constant: [0, 2, 1, 1] } },
    results: [[2, 2]],
    attrs: { axis: 1 },
  }),
  caseOf('GatherND', { operands: [[2, 3]], constants: { 1: { type: f32(1, 2), constant: [1, 2] } }, results: [[1]] }),
  caseOf('ScatterElements', {
    operands: [
      [2, 3],
      [2, 2],
    ],
    constants: { 1: { type: f32(2, 2), constant: [0, 2, 1, 0] } },
    results: [[2, 3]],
    attrs: { axis: 1 },
  }),
  caseOf('ScatterND', {
    operands: [
      [4, 3],
      [2, 3],
    ],
    constants: { 1: { type: f32(2, 1), constant: [2, 0] } },
    results: [[4, 3]],
  }),
  caseOf('Where', { operands: [image, image, image] }),
  caseOf('CumSum', { attrs: { axis: 1 } }),
  caseOf('LayerNormalization', { operands: [[1, 4, 6]], constants: { 1: weights(6), 2: weights(6) } }),
  caseOf('RMSNormalization', { operands: [[1, 4, 6]], constants: { 1: weights(6) } }),
  caseOf('GroupNormalization', { constants: { 1: weights(1, 4, 1, 1), 2: weights(1, 4, 1, 1) }, attrs: { num_groups: 2 } }),
  ...each(['InstanceNormalization', 'PixelNormalization'], { constants: { 1: weights(1, 4, 1, 1), 2: weights(1, 4, 1, 1) } }),
  caseOf('LRN', { attrs: { size: 3 } }),
]

/** Operators of floats whose attributes have defaults need no line above: theirs is a network on images, with the types that their rule gives. */
const others = [...floatOps.values()].flatMap(({ name, inputs, attrs }): readonly BackendCase[] => {
  const operands = Object.values(inputs)
  const isPlain =
    operands.every(({ arity, rule }) => arity === 'one' && rule.kind === 'own') &&
    Object.values(attrs).every((attr) => attr.default !== undefined || attr.mayBeAbsent)
  if (!isPlain || listed.some(({ form }) => form === name)) return []
  const names = operands.map((_, place) => `x${place}`)
  const results = inferNode(node(name, names, ['y']), floatOps, () => f32(...image)).map(({ shape }) => shape)
  return [caseOf(name as OpName, { operands: names.map(() => image), results })]
})

/** One network for every operator form. A back end is examined with those its target declares. */
export const backendCases: readonly BackendCase[] = [...listed, ...others]
