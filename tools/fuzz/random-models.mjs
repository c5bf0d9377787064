import { attribute, declared, stored } from './onnx-message.mjs'
import { templates } from './templates.mjs'

const shapes = [
  [1, 4, 6, 6],
  [1, 4, 6, 6],
  [1, 3, 8, 5],
  [1, 6, 7],
  [1, 8],
  [2, 3, 4],
  [1, 2, 1, 9],
  [1, 4, 4, 4, 4],
]

/** First versions of the operator set that have an operator, where they are above 11. */
const first = {
  Celu: 12,
  Einsum: 12,
  GreaterOrEqual: 12,
  LessOrEqual: 12,
  HardSwish: 14,
  Trilu: 14,
  LayerNormalization: 17,
  Mish: 18,
  Gelu: 20,
}

/**
 * A small model: up to five operators, one behind the other, some with two operands that are computed. Most are valid; some have an attribute
 * that is odd, unknown, or of another type.
 */
export function randomModel(random) {
  const input = { name: 'x', shape: random.pick(shapes) }
  const opset = random.pick([11, 12, 13, 13, 14, 16, 17, 17, 18, 19, 20])
  const graph = { nodes: [], stored: [], made: [input], opset }
  const wanted = 1 + random.below(5)
  for (let step = 0; step < 4 * wanted && graph.nodes.length < wanted; step++) {
    const operand = random.chance(0.75) ? graph.made.at(-1) : random.pick(graph.made)
    if (operand.shape === undefined) break
    addNode(graph, operand, random)
  }
  const outputs = [graph.made.at(-1)]
  if (random.chance(0.25)) outputs.unshift(random.pick(graph.made.slice(1).concat(outputs)))
  return {
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'g',
      node: graph.nodes,
      initializer: graph.stored,
      input: [declared('x', input.shape)],
      // Types are left to the operators, most of the time: what a file declares may be wrong.
      output: [...new Set(outputs.map(({ name }) => name))].map((name) =>
        random.chance(0.9) ? { name } : { name, type: { tensorType: { elemType: 1 } } },
      ),
    },
  }
}

function addNode(graph, operand, random) {
  const opType = random.pick(Object.keys(templates).filter((name) => random.chance(0.05) || (first[name] ?? 1) <= graph.opset))
  const made = templates[opType](random, operand, graph.opset)
  if (made === undefined) return
  const name = `t${graph.nodes.length}`
  const constant = ({ dims, data, type }, i) => {
    const own = `${name}_c${i}`
    graph.stored.push(stored(own, dims, data, type))
    return own
  }
  const other = () => random.pick(graph.made.filter(({ shape }) => String(shape) === String(operand.shape))).name
  const input = [
    operand.name,
    ...(made.more ?? []).map((each, i) => (each === 'other' ? other() : each === undefined ? '' : constant(each, i))),
  ]
  if (made.first !== undefined) input[0] = constant(made.first, 'a')
  const attrs = Object.entries(made.attrs ?? {}).map(([key, value]) => attribute(key, value))
  if (random.chance(0.1)) makeOdd(attrs, random)
  graph.nodes.push({ opType: made.op ?? opType, name: `n_${name}`, input, output: [name, ...(made.results ?? [])], attribute: attrs })
  graph.made.push({ name, shape: made.shape })
}

/** One attribute more, or one that has an odd value. */
function makeOdd(attrs, random) {
  const odd = random.pick([random.odd(), [random.odd()], [random.odd(), random.odd()], { float: random.odd() }, 'odd', 'SAME_UPPER', []])
  const name =
    attrs.length > 0 && random.chance(0.7)
      ? random.pick(attrs).name
      : random.pick(['axis', 'padz', 'axes', 'keepdims', 'mode', 'to', 'alpha'])
  const at = attrs.findIndex((each) => each.name === name)
  attrs.splice(at < 0 ? attrs.length : at, at < 0 ? 0 : 1, attribute(name, odd))
}
