import { attributesOf, definitionOf } from '../graph/node-types.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Attrs } from '../graph/types.ts'
import { allOps, floatOps } from '../ops/op-set.ts'
import { backendCases, functionsOfTwo } from './backend-cases.ts'
import { node } from './small-graph.ts'

/**
 * An operand of a network:
 * - `computed`: fed;
 * - `again`: the first operand once more;
 * - `constant`: a tensor, stored as activations are;
 * - `weights`, `weights between codes`: constants that are codes, or not, each slice of `axis` with the ends of the range among them;
 * - `bias`, `bias between codes`: constants at the scale of the sums, the second one not whole numbers of it;
 * - `numbers`: constants as they are given.
 */
export type NetworkOperand =
  | { readonly role: 'computed' | 'constant'; readonly shape: readonly number[] }
  | { readonly role: 'again' }
  | { readonly role: 'weights' | 'weights between codes'; readonly shape: readonly number[]; readonly axis: number }
  | { readonly role: 'bias' | 'bias between codes'; readonly shape: readonly number[] }
  | { readonly role: 'numbers'; readonly shape: readonly number[]; readonly numbers: readonly (number | bigint)[] }

/** One operator, its attributes and what its operands are: what is made of it is run on codes and in floats. */
export interface OperatorNetwork {
  readonly form: OpForm
  /** What it has beside its operator. */
  readonly title: string
  readonly operands: readonly NetworkOperand[]
  readonly attrs: Attrs
  readonly results: number
}

const x = (...shape: readonly number[]): NetworkOperand => ({ role: 'computed', shape })
const c = (...shape: readonly number[]): NetworkOperand => ({ role: 'constant', shape })
const number = (value: number): NetworkOperand => ({ role: 'numbers', shape: [1], numbers: [value] })
const filters = (...shape: readonly number[]): NetworkOperand => ({ role: 'weights', shape, axis: 0 })
const bias = (count: number): NetworkOperand => ({ role: 'bias', shape: [count] })
const again: NetworkOperand = { role: 'again' }
const image = x(1, 4, 6, 6)
const images = x(2, 4, 6, 6)

type Variant = readonly [title: string, operands: readonly NetworkOperand[], attrs?: Attrs]

const each = (form: OpForm, variants: readonly Variant[]): readonly OperatorNetwork[] =>
  variants.map(([title, operands, attrs = {}]) => ({ form, title, operands, attrs, results: 1 }))

const square = { strides: [1, 1], pads: [1, 1, 1, 1] }
const apart = { strides: [1, 2], pads: [0, 1, 2, 0] }
const window = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }

const convolutions = each('Conv', [
  ['dilations', [x(1, 4, 8, 8), filters(4, 4, 3, 3), bias(4)], { ...square, dilations: [2, 1] }],
  ['pads and strides of their own', [image, filters(4, 4, 3, 2), bias(4)], apart],
  ['one spatial axis', [x(1, 4, 12), filters(4, 4, 3), bias(4)], { strides: [1], pads: [1, 1] }],
  ['three spatial axes', [x(1, 2, 4, 4, 4), filters(3, 2, 2, 2, 2), bias(3)], { strides: [1, 1, 1], pads: [0, 0, 0, 1, 1, 1] }],
  ['groups of channels', [image, filters(4, 2, 3, 3), bias(4)], { ...square, group: 2 }],
  ['one filter for each channel', [image, filters(4, 1, 3, 3), bias(4)], { ...square, group: 4 }],
  ['two samples', [images, filters(4, 4, 3, 3), bias(4)], square],
  ['one place in the window', [image, filters(4, 4, 1, 1), bias(4)], { strides: [1, 1], pads: [0, 0, 0, 0] }],
  [
    'weights and bias between codes',
    [image, { role: 'weights between codes', shape: [4, 4, 3, 3], axis: 0 }, { role: 'bias between codes', shape: [4] }],
    square,
  ],
])

const transposed = each('ConvTranspose', [
  ['strides', [image, { role: 'weights', shape: [4, 2, 3, 3], axis: 1 }, bias(2)], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['two samples', [x(2, 4, 5, 5), { role: 'weights', shape: [4, 2, 2, 2], axis: 1 }], { strides: [1, 2], pads: [0, 0, 1, 1] }],
])

const columns = (...shape: readonly number[]): NetworkOperand => ({ role: 'weights', shape, axis: shape.length - 1 })

const products = each('MatMul', [
  ['a turned left operand', [x(1, 6, 12), columns(6, 5), bias(5)], { transA: true }],
  ['a turned matrix', [x(1, 12, 6), { role: 'weights', shape: [5, 6], axis: 0 }, bias(5)], { transB: true }],
  ['two samples', [x(2, 7, 6), columns(6, 5), bias(5)]],
  ['a bias of two computed operands', [x(1, 12, 6), x(1, 6, 5), bias(5)]],
  ['turned computed operands', [x(1, 6, 12), x(1, 5, 6)], { transA: true, transB: true }],
  ['more leading axes', [x(2, 3, 5, 6), x(2, 3, 6, 4)]],
  [
    'weights and bias between codes',
    [x(1, 12, 6), { role: 'weights between codes', shape: [6, 5], axis: 1 }, { role: 'bias between codes', shape: [5] }],
  ],
])

/** Two operands, computed and constant, of one shape and of others. */
const pairs = functionsOfTwo.flatMap((form) =>
  each(form, [
    ['two computed operands', [image, image]],
    ['an operand for each channel', [image, x(1, 4, 1, 1)]],
    ['an operand for each channel on the left', [x(1, 4, 1, 1), images]],
    ['a constant tensor', [image, c(1, 4, 6, 6)]],
    ['a constant for each channel', [images, c(1, 4, 1, 1)]],
    ['a constant on the left', [c(1, 4, 1, 6), image]],
    ['one operand twice', [image, again]],
    ...relus(form, [image, image]),
  ]),
)

const numbers = (['Add', 'Sub', 'Mul', 'Max', 'Min', 'Div'] as const).flatMap((form) =>
  each(`${form}#constant`, [
    ...(form === 'Div' ? [] : ([['a number on the right', [image, number(0.5)]]] as const)),
    ['a number on the left', [number(0.5), images]],
    ...relus(form, [image, number(0.5)]),
  ]),
)

/** Means over powers of two numbers, so that factors stay exact. */
const counted = (form: string): Attrs => (form === 'AveragePool' ? { count_include_pad: true } : {})

const pools = (['MaxPool', 'AveragePool'] as const).flatMap((form) =>
  each(form, [
    ['pads and strides of their own', [image], { kernel_shape: [4, 2], ...apart, ...counted(form) }],
    ['pads', [images], { kernel_shape: [4, 4], strides: [1, 1], pads: [1, 2, 2, 1], ...counted(form) }],
    ['one spatial axis', [x(1, 4, 12)], { kernel_shape: [2], strides: [2], pads: [0, 0] }],
    ...relus(form, [image], window),
  ]),
)

const moved: readonly OperatorNetwork[] = [
  ...each('Concat', [
    ['the last axis, three operands', [x(2, 4, 3), x(2, 4, 2), x(2, 4, 1)], { axis: -1 }],
    ['a constant operand', [image, c(1, 2, 6, 6)], { axis: 1 }],
    ...relus('Concat', [image, image], { axis: 1 }),
  ]),
  ...(['constant', 'reflect', 'edge', 'symmetric'] as const).flatMap((mode) =>
    each('Pad', [
      [`a border of mode ${mode}`, [images], { pads: [0, 0, 1, 2, 0, 0, 2, 1], mode, ...(mode === 'constant' ? { value: 0.5 } : {}) }],
    ]),
  ),
  ...each('Transpose', [
    ['four axes', [x(2, 3, 4, 5)], { perm: [0, 3, 1, 2] }],
    ['three axes', [x(4, 3, 5)], { perm: [2, 0, 1] }],
  ]),
  ...each('Reshape', [['two samples', [images], { shape: [2, 144] }]]),
  ...each('Slice', [
    ['starts and steps', [images], { starts: [0, 1, 2, 0], ends: [2, 3, 6, 6], steps: [1, 1, 1, 2] }],
    ['the second sample, backwards', [images], { starts: [1, 0, 5, 0], ends: [2, 4, -1, 6], steps: [1, 1, -2, 1] }],
  ]),
  ...each('Tile', [['two axes', [image], { repeats: [2, 1, 1, 3] }]]),
  ...each('Upsample', [['other scales', [images], { scale_h: 2, scale_w: 3 }], ...relus('Upsample', [image], { scale_h: 2, scale_w: 2 })]),
  ...each('Squeeze', [
    ['the second axis', [x(2, 1, 4, 6)], { axes: [1] }],
    ['two axes', [x(2, 1, 4, 1)], { axes: [1, 3] }],
  ]),
  ...each('Unsqueeze', [
    ['the second axis', [x(2, 4, 6)], { axes: [1] }],
    ['two axes', [x(2, 4)], { axes: [1, 3] }],
  ]),
  ...each('Gather', [
    ['the second axis', [images, { role: 'numbers', shape: [3], numbers: [2, 0, 3] }], { axis: 1 }],
    ['the last axis', [x(4, 6), { role: 'numbers', shape: [2], numbers: [5, 1] }], { axis: 1 }],
  ]),
  ...each('DepthToSpace', [['two samples', [images], { block_h: 2, block_w: 2 }]]),
  ...each('ShuffleChannel', [['two samples', [images], { group: 2 }]]),
  ...each('Reverse', [['the last axis', [images], { axis: 3 }]]),
]

/** All elements from one end of the codes of a byte to the other. */
const functions = [...floatOps.values()].flatMap(({ name, scalar }) => {
  const known = backendCases.find(({ form }) => form === name)
  const attrs = known?.graph.nodes[0]?.attrs ?? {}
  return scalar === undefined ? [] : each(name as OpForm, [['all codes', [x(1, 4, 8, 8)], attrs]])
})

const made: readonly OperatorNetwork[] = [
  ...convolutions,
  ...transposed,
  ...products,
  ...pairs,
  ...numbers,
  ...pools,
  ...moved,
  ...functions,
]

/** The networks in which the other operators are resolved, on the operands they have there. */
const others = backendCases
  .filter(({ form }) => !made.some((each) => each.form === form))
  .map(({ form, graph }): OperatorNetwork => {
    const [first] = graph.nodes
    const operands = first!.inputs.map((name): NetworkOperand => {
      const { type, constant } = graph.values.get(name!)!
      if (constant === undefined) return x(...type.shape)
      if (constant.data.length === 1 && form.endsWith('#constant')) return number(0.5)
      return { role: 'numbers', shape: type.shape, numbers: [...(constant.data as Iterable<number>)] }
    })
    return { form, title: 'as it is', operands, attrs: first!.attrs, results: first!.outputs.length }
  })

/** Every network: the whole attribute space of the operators that compute on codes or move them, one of each other operator. */
export const operatorNetworks: readonly OperatorNetwork[] = [...made, ...others]

/** An operator with a ReLU, and with one that has a limit within the results, where it has any. */
function relus(form: string, operands: readonly NetworkOperand[], attrs: Attrs = {}): readonly Variant[] {
  if (!definitionAttrs(form).includes('relu')) return []
  return [
    ['a ReLU', operands, { ...attrs, relu: true }],
    ['a ReLU with a limit', operands, { ...attrs, relu: true, reluLimit: 1 }],
  ]
}

function definitionAttrs(op: string): readonly string[] {
  return Object.keys(allOps.get(op)!.attrs)
}

/** The attributes of a network's operator with defaults filled in. */
export const filledAttrs = ({ form, attrs }: OperatorNetwork): Attrs => {
  const each = node(form.replace('#constant', ''), [], ['y'], attrs)
  return attributesOf(each, definitionOf(each, allOps))
}
