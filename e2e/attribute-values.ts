import {
  type Attrs,
  type AttrValue,
  allOps,
  elementCount,
  type Graph,
  type Node,
  type OpDefinition,
  type Tensor,
  type TensorType,
  type Value,
} from '@q/ir'
import { inferNode } from '@q/ir/graph'
import { resultAttrs } from '@q/ir/ops'
import {
  filledAttrs,
  type NetworkOperand,
  type OperatorNetwork,
  operatorNetworks,
} from '../packages/ir/src/conformance/operator-networks.ts'

/** One node with a value of an attribute that is not the one its network has. */
export interface AttributeValue {
  readonly op: string
  readonly attribute: string
  readonly title: string
  /** The node as its network has it, and with the value. */
  readonly graphs: { readonly plain: Graph; readonly valued: Graph }
  readonly feeds: ReadonlyMap<string, Tensor>
}

const x = (...shape: readonly number[]): NetworkOperand => ({ role: 'computed', shape })
const held = (shape: readonly number[], ...numbers: readonly number[]): NetworkOperand => ({ role: 'numbers', shape, numbers })
const network = (form: OperatorNetwork['form'], attrs: Attrs, ...operands: readonly NetworkOperand[]): OperatorNetwork => ({
  form,
  title: 'of its own',
  operands,
  attrs,
  results: 1,
})

/** Networks in which attributes show that do not in those that back ends are tried with. */
const more: readonly OperatorNetwork[] = [
  network('ArgMax', { axis: 1 }, held([1, 4], 1, 2, 2, 1)),
  network('ArgMin', { axis: 1 }, held([1, 4], 1, -2, -2, 1)),
  network('ArgMax', { axis: 1, shape: [1, 2] }, x(2, 4)),
  network('ArgMin', { axis: 1, shape: [1, 2] }, x(2, 4)),
  network('ConvTranspose', { strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], output_padding: [0, 0] }, x(1, 4, 5, 5), {
    role: 'constant',
    shape: [4, 2, 3, 3],
  }),
  network('DepthToSpace', { block_h: 2, block_w: 2 }, x(1, 8, 4, 8)),
  network('Gather', { axis: 0 }, x(4, 4), held([1], 2)),
  network('GatherElements', { axis: 0 }, x(4, 4), held([2, 2], 0, 1, 1, 0)),
  network('GatherND', {}, x(2, 2, 3), held([2, 1], 1, 0)),
  network('GridSample', {}, x(1, 2, 4, 5), held([1, 2, 2, 2], 0.1, -0.7, 1.3, 0.4, -1.9, 0.6, 0.2, 1.1)),
  network('MatMul', {}, x(4, 4), { role: 'constant', shape: [4, 4] }),
  network('MatMul', { heads: ['a'] }, x(1, 3, 3, 4), x(1, 3, 4, 2)),
  network('MatMul', { heads: ['a', 'b', 'y'] }, x(1, 3, 3, 4), x(1, 4, 3, 3)),
  network('ScatterElements', { axis: 0 }, x(4, 4), held([2, 2], 0, 1, 1, 0), x(2, 2)),
]

/** Every attribute of every float operator, in each network of the operator that takes another value of it, as the definitions say which there are. */
export function attributeValues(): readonly AttributeValue[] {
  return [...operatorNetworks, ...more].flatMap((network, seed) => {
    const op = network.form.replace('#constant', '')
    const definition = allOps.get(op)!
    const attrs = filledAttrs(network)
    return Object.keys(definition.attrs)
      .filter((attribute) => !(attribute in resultAttrs))
      .flatMap((attribute) => otherValues(definition, attribute, attrs).flatMap((change) => valued(network, op, attribute, change, seed)))
  })
}

/** Values that an attribute may have, and has not. */
export function otherValues(definition: OpDefinition, name: string, attrs: Attrs): readonly Attrs[] {
  const { type, values } = definition.attrs[name]!
  const now = attrs[name]
  if (name === 'reluLimit') return [{ ...('relu' in definition.attrs ? { relu: true } : {}), reluLimit: 0.5 }]
  if (values !== undefined) return values.filter((each) => each !== now).map((each) => ({ [name]: each }))
  switch (type) {
    case 'bool':
      return [{ [name]: now !== true }]
    case 'float':
      return [{ [name]: Number(now ?? 0) * 0.5 + 0.3 }]
    case 'int':
      return [...(name === 'axis' ? [0] : []), 1, 2, 3].filter((each) => each !== now).map((each) => ({ [name]: each }))
    case 'ints':
      return changedLists((now ?? []) as readonly number[]).map((each): Record<string, AttrValue> => ({ [name]: [...each] }))
    case 'strings':
      return ((now ?? []) as readonly string[]).map((each) => ({ [name]: (now as readonly string[]).filter((other) => other !== each) }))
    default:
      return []
  }
}

const changedLists = (list: readonly number[]): readonly (readonly number[])[] => [
  [...list].reverse(),
  ...list.map((_, at) => list.map((each, i) => (i === at ? each + 1 : each))),
]

function valued(network: OperatorNetwork, op: string, attribute: string, change: Attrs, seed: number): readonly AttributeValue[] {
  const plain = graphOf(network, op, network.attrs, seed)
  const other = graphOf(network, op, { ...network.attrs, ...change }, seed)
  if (plain === undefined || other === undefined) return []
  const feeds = new Map(
    plain.inputs.map(({ name }, place): [string, Tensor] => {
      const { shape } = plain.values.get(name)!.type
      return [name, { dtype: 'f32', shape, data: numbers(elementCount(shape), seed + place, attribute === 'reluLimit' || op === 'Pow') }]
    }),
  )
  const title = `${network.form}, ${network.title}: ${Object.entries(change)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')}`
  return [{ op, attribute, title, graphs: { plain, valued: other }, feeds }]
}

/** The network in floats; `undefined` where the type rule of its operator refuses the attributes. */
function graphOf({ operands, results }: OperatorNetwork, op: string, attrs: Attrs, seed: number): Graph | undefined {
  const values = new Map<string, Value>()
  const names = operands.map((operand, place) => {
    if (operand.role === 'again') return 'x0'
    const name = `x${place}`
    const type: TensorType = { dtype: 'f32', shape: operand.shape }
    const constant = constantOf(operand, seed + place)
    values.set(name, { name, type, ...(constant === undefined ? {} : { constant, isConstant: true }) })
    return name
  })
  const outputs = Array.from({ length: results }, (_, i) => `y${i}`)
  const node: Node = { op, inputs: names, outputs, attrs }
  try {
    const types = inferNode(node, allOps, (name) => values.get(name)!.type)
    outputs.forEach((name, i) => void values.set(name, { name, type: types[i]! }))
  } catch {
    return undefined
  }
  const inputs = names.filter((name, i) => values.get(name)!.constant === undefined && names.indexOf(name) === i).map((name) => ({ name }))
  return { name: 'one', inputs, outputs, nodes: [node], values, ops: allOps, properties: { stage: 'float' } }
}

function constantOf(operand: Exclude<NetworkOperand, { role: 'again' }>, seed: number): Tensor | undefined {
  if (operand.role === 'computed') return undefined
  const data = operand.role === 'numbers' ? Float32Array.from(operand.numbers, Number) : numbers(elementCount(operand.shape), seed, false)
  return { dtype: 'f32', shape: operand.shape, data }
}

/** The same numbers everywhere, from -3 to 3, or from 0 on. */
function numbers(count: number, seed: number, isPositive: boolean): Float32Array {
  let state = (seed * 2654435761 + 97) >>> 0
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return isPositive ? (state / 2 ** 32) * 3 : (state / 2 ** 31 - 1) * 3
  })
}
