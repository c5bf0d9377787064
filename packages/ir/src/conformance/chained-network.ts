import type { Backend } from '../contracts/backend.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Graph, Node, Value } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { type BackendCase, backendCases } from './backend-cases.ts'
import { computedIn } from './declared-mode.ts'
import { f32, node } from './small-graph.ts'

const image = '1,4,6,6'

/**
 * The networks of all operators that a target declares for a mode, one behind the other; each second operand is what stands two steps further back.
 *
 * @param which operators: those that keep the shape of their operand; or every one, the others beside the chain, with a layer in front of each operand of another shape and one behind
 * a result of another shape
 */
export function chainedNetwork(backend: Backend, mode: QuantMode, which: 'of one shape' | 'every operator'): Graph {
  const values = new Map<string, Value>()
  const nodes: Node[] = []
  const inputs: string[] = []
  const ends: string[] = []
  const addValue = (value: Value): string => {
    values.set(value.name, value)
    return value.name
  }
  const addInput = (name: string, shape: readonly number[]): string => {
    inputs.push(name)
    return addValue({ name, type: f32(...shape) })
  }
  const addNode = (made: Node, types: readonly Value['type'][]): string => {
    nodes.push(made)
    made.outputs.forEach((name, i) => addValue({ name, type: types[i]! }))
    return made.outputs[0]!
  }
  const made = [addInput('x', image.split(',').map(Number))]
  const between = betweenOf(backend, mode)
  const follow = (name: string, result: string): string =>
    between === undefined ? name : addNode(node(between, [name], [result]), [values.get(name)!.type])

  for (const { form, graph } of backendCases) {
    const [first] = graph.nodes as [Node]
    if (!isDeclared(backend, form, mode)) continue
    if (!keepsShape(graph, first) && which === 'of one shape') continue
    const prefix = `n${nodes.length}`
    let back = 0
    const operands = first.inputs.map((name) => {
      const value = graph.values.get(name!)!
      if (value.constant !== undefined) return addValue({ ...value, name: `${prefix}_${name}` })
      if (shapeOf(value) === image) return made[Math.max(0, made.length - 1 - back++ * 2)]
      return follow(addInput(`${prefix}_${name}`, value.type.shape), `${prefix}_${name}_made`)
    })
    const outputs = first.outputs.map((_, i) => (i === 0 ? prefix : `${prefix}_${i}`))
    const types = first.outputs.map((name) => graph.values.get(name)!.type)
    const result = addNode({ ...first, inputs: operands, outputs }, types)
    // What has one range whatever the table says would hide from the layer behind it that ranges change.
    if (keepsShape(graph, first))
      made.push(isMoved(backend, form) || which === 'of one shape' ? result : follow(result, `${prefix}_followed`))
    else ends.push(hasUser(graph) ? follow(result, `${prefix}_used`) : result)
  }
  const outputs = [made.at(-1)!, ...ends]
  return { ...backendCases[0]!.graph, name: 'network', inputs: inputs.map((name) => ({ name })), outputs, nodes, values }
}

const shapeOf = ({ type }: Value): string => type.shape.join()
/** Whether the range of a result moves with its row of the table. */
const isMoved = ({ target }: Backend, form: OpForm): boolean =>
  !(target.rangeImport?.[form] ?? target.rangeImport?.[form.replace('#constant', '') as OpForm] ?? '').startsWith('unit')

/** Whether anything computes with the result of a case. */
const hasUser = ({ nodes }: Graph): boolean => nodes.length > 1

function isDeclared({ target, lower }: Backend, form: OpForm, mode: QuantMode): boolean {
  return computedIn(target, form, mode) !== undefined && (lower[form] ?? lower[form.replace('#constant', '')]) !== undefined
}

function keepsShape({ values }: Graph, { inputs, outputs }: Node): boolean {
  const isImage = (name: string | undefined): boolean => {
    const value = values.get(name ?? '')
    return value === undefined || value.constant !== undefined || shapeOf(value) === image
  }
  return outputs.length === 1 && [...inputs, ...outputs].every(isImage)
}

/** An operator that stands between others whatever their shapes: one of one operand and without attributes. */
function betweenOf(backend: Backend, mode: QuantMode): string | undefined {
  const isPlain = ({ form, graph }: BackendCase): boolean =>
    isDeclared(backend, form, mode) &&
    isMoved(backend, form) &&
    graph.nodes[0]!.inputs.length === 1 &&
    Object.keys(graph.nodes[0]!.attrs).length === 0
  return backendCases.filter((each) => keepsShape(each.graph, each.graph.nodes[0]!)).find(isPlain)?.form
}
