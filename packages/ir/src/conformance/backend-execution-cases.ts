import type { FactorUse } from '../contracts/scheme.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Attrs, Graph } from '../graph/types.ts'
import { f32, node, type SmallValue, smallGraph } from './small-graph.ts'

/** A tiny float network whose resolved integers are run. */
export interface ExecutionCase {
  readonly form: OpForm
  /** What the case has beside its operator. */
  readonly title: string
  readonly graph: Graph
  /** How often a number is rounded on its way to a code. */
  readonly roundings: number
  /** How many of these round one number for all results (a constant's), so that they do not cancel out on the average. @default 0 */
  readonly sameRoundings?: number
  /** Which encoded factors numbers meet, each off by the encoding's last bit at most; of several a chip uses the one or the other. @default none */
  readonly factors?: readonly FactorUse[]
  /** How many numbers are averaged, which a factor may divide by. @default 1 */
  readonly places?: number
  /** The numbers that meet these factors: the results, or the operands before they are added. @default results */
  readonly scaled?: 'results' | 'operands'
  /**
   * Codes are copied, chosen or scaled within their range: operands may get the range of the result, and what was not in it is cut
   * off. A convolution makes the operand, so that its range is not that of an input, which nothing changes. @default false
   */
  readonly isCopy?: boolean
  /** The error with which a chip that has no room for the case may refuse it, instead of being right. @default it must be right */
  readonly mayRefuse?: string
}

const image = [1, 4, 6, 6]
/** `c` and minus `c`: the ends of every storage stand for them, so weights add no error of their own. */
const ends = (shape: readonly number[], c: number): SmallValue => ({
  type: f32(...shape),
  constant: Array.from({ length: shape.reduce((all, d) => all * d, 1) }, (_, i) => (Math.sin(i * 1.7 + 0.3) > 0 ? c : -c)),
})
const biases = (count: number): SmallValue => ({
  type: f32(count),
  constant: Array.from({ length: count }, (_, i) => 0.75 - 0.5 * (i % 4)),
})

interface Shape {
  readonly title?: string
  readonly operands?: readonly (readonly number[])[]
  readonly constants?: Readonly<Record<number, SmallValue>>
  readonly result?: readonly number[]
  readonly attrs?: Attrs
}

/** The same case on operands that convolutions with one place in their window make. */
function behindConvolutions(each: ExecutionCase): ExecutionCase {
  const { graph } = each
  const values = new Map(graph.values)
  const made = graph.inputs.map(({ name }, i) => {
    const { type } = values.get(name)!
    // Ranges of other sizes: nothing has the scale of the result by chance.
    const weights = ends([4, 1, 1, 1], 0.75 / 3 ** i)
    const small = smallGraph({ values: { [`c${name}`]: weights }, nodes: [], outputs: [] }).values.get(`c${name}`)!
    values.set(`c${name}`, small)
    values.set(`p${i}`, { name: `p${i}`, type })
    return node('Conv', [name, `c${name}`], [`p${i}`], { strides: [1, 1], pads: [0, 0, 0, 0], group: 4 })
  })
  const renamed = new Map(graph.inputs.map(({ name }, i) => [name, `p${i}`]))
  const nodes = graph.nodes.map((user) => ({ ...user, inputs: user.inputs.map((name) => renamed.get(name ?? '') ?? name) }))
  return { ...each, graph: { ...graph, values, nodes: [...made, ...nodes] } }
}

function caseOf(
  form: OpForm,
  how: Pick<ExecutionCase, 'roundings' | 'sameRoundings' | 'factors' | 'places' | 'scaled' | 'isCopy' | 'mayRefuse'>,
  shape: Shape = {},
): ExecutionCase {
  const { title = '', operands = [image], constants = {}, result = operands[0]!, attrs = {} } = shape
  const values: Record<string, SmallValue> = {}
  const names = Array.from({ length: operands.length + Object.keys(constants).length }, (_, place) => {
    const constant = constants[place]
    const name = constant === undefined ? `x${Object.keys(values).filter((each) => each.startsWith('x')).length}` : `c${place}`
    values[name] = constant ?? { type: f32(...operands[Number(name.slice(1))]!) }
    return name
  })
  values['y'] = { type: f32(...result) }
  const op = form.replace('#constant', '')
  const made = {
    form,
    title,
    ...how,
    graph: smallGraph({ stage: 'float', values, nodes: [node(op, names, ['y'], attrs)], outputs: ['y'] }),
  }
  return how.isCopy === true ? behindConvolutions(made) : made
}

const number = (value: number): SmallValue => ({ type: f32(1), constant: [value] })
const pair: Shape = { operands: [image, image] }
const sums = { roundings: 1, factors: ['sum'] } as const
const table = { roundings: 1 } as const
const copy = { roundings: 1, factors: ['cast'], isCopy: true } as const
const window = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }

/** Networks on which integers are compared with floats, by the form of the operator that is examined. */
export const executionCases: readonly ExecutionCase[] = [
  caseOf('Conv', sums, {
    title: 'padding and bias',
    constants: { 1: ends([8, 4, 3, 3], 0.11), 2: biases(8) },
    result: [1, 8, 6, 6],
    attrs: { strides: [1, 1], pads: [1, 1, 1, 1] },
  }),
  caseOf('Conv', sums, {
    title: 'strides, one filter for each channel',
    constants: { 1: ends([4, 1, 2, 2], 0.37) },
    result: [1, 4, 4, 4],
    attrs: { strides: [2, 2], pads: [1, 1, 1, 1], group: 4 },
  }),
  caseOf(
    'Conv',
    { ...sums, mayRefuse: 'BIAS_OUT_OF_RANGE' },
    {
      title: 'a bias that outweighs the sums',
      constants: { 1: ends([4, 4, 1, 1], 0.11), 2: { type: f32(4), constant: [20_000, -20_000, 10_000, -10_000] } },
      result: image,
      attrs: { strides: [1, 1], pads: [0, 0, 0, 0] },
    },
  ),
  caseOf('ConvTranspose', sums, {
    title: 'strides and bias',
    constants: { 1: ends([4, 2, 3, 3], 0.37), 2: biases(2) },
    result: [1, 2, 11, 11],
    attrs: { strides: [2, 2], pads: [1, 1, 1, 1] },
  }),
  caseOf('MatMul', sums, {
    title: 'weights and bias',
    operands: [[1, 12, 6]],
    constants: { 1: ends([6, 10], 0.37), 2: biases(10) },
    result: [1, 12, 10],
  }),
  caseOf('MatMul', sums, {
    title: 'two activations',
    operands: [
      [1, 12, 6],
      [1, 6, 10],
    ],
    result: [1, 12, 10],
  }),
  caseOf('Add', { roundings: 2, factors: ['operand'], scaled: 'operands' }, pair),
  caseOf('Sub', { roundings: 2, factors: ['operand'], scaled: 'operands' }, pair),
  caseOf('Mul', { roundings: 1, factors: ['product'] }, pair),
  caseOf('Concat', { roundings: 1, factors: ['operand'], isCopy: true }, { ...pair, result: [1, 8, 6, 6], attrs: { axis: 1 } }),
  caseOf('Add#constant', { roundings: 2, sameRoundings: 1, factors: ['operand'], scaled: 'operands' }, { constants: { 1: number(0.75) } }),
  caseOf('Sub#constant', { roundings: 2, sameRoundings: 1, factors: ['operand'], scaled: 'operands' }, { constants: { 1: number(0.75) } }),
  caseOf('Mul#constant', { roundings: 1, factors: ['operand', 'product'] }, { constants: { 1: number(0.75) } }),
  caseOf('AveragePool', { roundings: 2, factors: ['operand', 'product'], places: 4 }, { result: [1, 4, 3, 3], attrs: window }),
  caseOf('LeakyRelu', { roundings: 1, factors: ['operand'], isCopy: true }, { attrs: { alpha: 0.25 } }),
  caseOf(
    'PRelu',
    { roundings: 1, factors: ['operand'], isCopy: true },
    { constants: { 1: { type: f32(1, 4, 1, 1), constant: [0.5, 0.25, 0.5, 0.25] } } },
  ),
  ...(['Sigmoid', 'Silu', 'Gelu', 'Softplus'] as const).map((form) => caseOf(form, table)),
  caseOf('Relu', copy),
  caseOf('MaxPool', copy, { result: [1, 4, 3, 3], attrs: window }),
  caseOf('Pad', copy, { result: [1, 4, 8, 8], attrs: { pads: [0, 0, 1, 1, 0, 0, 1, 1], value: 0.25 } }),
  caseOf('Transpose', copy, { result: [1, 6, 6, 4], attrs: { perm: [0, 2, 3, 1] } }),
  caseOf('Reshape', copy, { result: [1, 144], attrs: { shape: [1, 144] } }),
]
