import { edgesOf, type Graph, layerOf, type Node } from '@q/ir'
import { type FloatLayer, inGraphOrder } from '../float-layer.ts'

/** Operators that pick or put elements at computed places, and which of their operands says where. */
const placeOperands: Readonly<Record<string, number>> = { Gather: 1, GatherElements: 1, GatherND: 1, ScatterElements: 1, ScatterND: 1 }

/** Operators whose results are places as they are, whatever their operands are made of. */
const finders: ReadonlySet<string> = new Set(['ArgMax', 'ArgMin', 'TopK'])

/** Operators that counting is made of: with whole numbers they give whole numbers, which codes do not hold. */
const counting: ReadonlySet<string> = new Set([
  ...['Abs', 'Add', 'Clip', 'CumSum', 'Div', 'Floor', 'Ceil', 'Round', 'Max', 'Min', 'Mod', 'Mul', 'Sign', 'Sub'],
  ...['Cast', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Not', 'NotEqual', 'Where'],
  ...['Concat', 'Reshape', 'Reverse', 'Slice', 'Squeeze', 'Tile', 'Transpose', 'Unsqueeze'],
  ...['ReduceMax', 'ReduceMin', 'ReduceSum'],
])

/**
 * The layers that compute which elements are picked, as position ids are counted from a mask; in the order of the graph. A code is a step of a scale:
 * read as a whole number it picks another element, and most tables have not as many elements as there are codes.
 *
 * From each computed place they go back through what counting is made of. What finds places (ArgMax, ArgMin, TopK) gives them right from codes, too, and is none.
 *
 * @param graph the canonical float graph
 */
export function floatPlaces(graph: Graph): readonly FloatLayer[] {
  const { producer } = edgesOf(graph)
  const reasons = new Map<string, readonly string[]>()
  const makersOf = (name: string | undefined): readonly Node[] => {
    const maker = name === undefined ? undefined : producer.get(name)
    return maker === undefined || finders.has(maker.op) || reasons.has(layerOf(maker)) ? [] : [maker]
  }
  for (const node of graph.nodes) {
    const operand = placeOperands[node.op]
    const open = operand === undefined ? [] : [...makersOf(node.inputs[operand])]
    for (let maker = open.pop(); maker !== undefined; maker = open.pop()) {
      reasons.set(layerOf(maker), [`says what ${layerOf(node)} picks`])
      if (counting.has(maker.op)) open.push(...maker.inputs.flatMap(makersOf))
    }
  }
  return inGraphOrder(graph, reasons).map((each) => ({ ...each, widest: true }))
}
