import { layerOf } from '../graph/edges.ts'
import { attributesOf, definitionOf } from '../graph/node-types.ts'
import type { Attrs, AttrValue, Graph, Node, Value } from '../graph/types.ts'
import { type AttrSpec, binaryOf } from '../ops/define.ts'
import { floatOps } from '../ops/op-set.ts'
import { trialAttrs } from './trial-attrs.ts'

/** A graph that differs from another in one fact, which decides what is computed. */
export interface ChangedFact {
  readonly fact: string
  readonly graph: Graph
}

/** Casts between numbers and codes: what they compute follows from the type of the codes. */
const castTypes: Readonly<Record<string, 'inputs' | 'outputs'>> = { QuantizeLinear: 'outputs', DequantizeLinear: 'inputs' }

/** Each attribute, operator and order of operands, and the scales and zero points of casts, changed one by one. */
export function changedFacts(graph: Graph): readonly ChangedFact[] {
  return graph.nodes.flatMap((node, at) => {
    const withNode = (changed: Node): Graph => ({ ...graph, nodes: graph.nodes.map((each, i) => (i === at ? changed : each)) })
    const name = layerOf(node)
    return [
      ...attributeFacts(node, graph).map(([attr, attrs]) => ({
        fact: `the attribute ${attr} of ${node.op} ${name}`,
        graph: withNode({ ...node, attrs }),
      })),
      ...operandFacts(node).map((changed) => ({ fact: `the order of the operands of ${node.op} ${name}`, graph: withNode(changed) })),
      ...operatorFacts(node).map((changed) => ({ fact: `the operator of ${name}`, graph: withNode(changed) })),
      ...castFacts(node, graph),
    ]
  })
}

/** Attributes that the node gives and that are not what they are by default, so that files which leave defaults out are not asked for them. */
function attributeFacts(node: Node, graph: Graph): readonly (readonly [name: string, attrs: Attrs])[] {
  const definition = definitionOf(node, graph.ops)
  const filled = attributesOf(node, definition)
  return Object.entries<AttrSpec>(definition.attrs).flatMap(([name, spec]) => {
    const value = filled[name]
    if (node.attrs[name] === undefined || value === undefined || isSame(value, spec.default)) return []
    const other = otherValue(value, spec)
    return other === undefined || !decides(node, name, filled) ? [] : [[name, { ...node.attrs, [name]: other }]]
  })
}

/** Whether an attribute decides anything beside the others: the number of a border only where it is constant, the lists of factors only where there are some. */
function decides({ op }: Node, name: string, attrs: Attrs): boolean {
  if (op === 'Pad' && name === 'value') return attrs['mode'] === 'constant'
  if (name === 'reluLimit') return attrs['relu'] === true || op === 'Relu'
  // What is known from the shapes of operands and results need not be written twice.
  return !(
    ['shape', 'sizes', 'axes', 'kernel_shape', 'scale_h', 'scale_w', 'keepdims', 'group', 'transA', 'ends'] as readonly string[]
  ).includes(name)
}

const isSame = (a: AttrValue, b: AttrValue | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Another value of an attribute: one more, the other word, a list whose first number is one more; `undefined` for what has none. */
export function otherValue(value: AttrValue, { values }: AttrSpec): AttrValue | undefined {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  if (typeof value === 'string') return values?.find((each) => each !== value)
  const [first, ...rest] = value
  if (typeof first === 'number') return [first + 1, ...(rest as readonly number[])]
  return undefined
}

/** Operators whose operands mean different things where their shapes are the same. */
const ordered: ReadonlySet<string> = new Set([
  'QSub',
  'Concat',
  ...[...floatOps.values()].flatMap((definition) => {
    const f = definition.binary === undefined ? undefined : binaryOf(definition, trialAttrs(definition))
    return f === undefined || f(2, 3) === f(3, 2) ? [] : [definition.name]
  }),
])

function operandFacts(node: Node): readonly Node[] {
  const { op, inputs } = node
  return ordered.has(op) && inputs.length > 1 && inputs[0] !== inputs[1]
    ? [{ ...node, inputs: [inputs[1], inputs[0], ...inputs.slice(2)] }]
    : []
}

/** Operators of the same operands that compute something else. */
const others: Readonly<Record<string, string>> = {
  Max: 'Min',
  Min: 'Max',
  Add: 'Sub',
  Sub: 'Add',
  QAdd: 'QSub',
  QMax: 'QMin',
  QMin: 'QMax',
  QSub: 'QAdd',
  Sigmoid: 'Silu',
  Silu: 'Sigmoid',
}

function operatorFacts(node: Node): readonly Node[] {
  const op = others[node.op]
  return op === undefined ? [] : [{ ...node, op }]
}

function castFacts(node: Node, graph: Graph): readonly ChangedFact[] {
  const side = castTypes[node.op]
  const value = side === undefined ? undefined : graph.values.get(node[side][0]!)
  const quant = value?.type.quant
  if (value === undefined || quant === undefined) return []
  const withQuant = (more: Partial<typeof quant>): Graph => {
    const changed: Value = { ...value, type: { ...value.type, quant: { ...quant, ...more } } }
    return { ...graph, values: new Map([...graph.values, [value.name, changed]]) }
  }
  return [
    { fact: `the scale of ${value.name}, which ${node.op} computes with`, graph: withQuant({ scale: quant.scale * 2 }) },
    ...(quant.zeroPoint === 0
      ? []
      : [
          {
            fact: `the zero point of ${value.name}, which ${node.op} computes with`,
            graph: withQuant({ zeroPoint: quant.zeroPoint + (quant.zeroPoint > 0 ? -1 : 1) }),
          },
        ]),
  ]
}
