import type { BoundaryTypes } from '../contracts/boundary.ts'
import { QError } from '../errors.ts'
import { edgesOf, valueOf } from '../graph/edges.ts'
import type { Graph, Node, Quant, TensorType, Value } from '../graph/types.ts'
import type { RoundingMode } from '../number/rounding.ts'

/** Operators that a boundary may lie behind: they give a network's input another shape. */
const reshapers: ReadonlySet<string> = new Set(['Reshape', 'Unsqueeze'])
const casts: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear', 'Cast'])
const floats: ReadonlySet<string> = new Set(['f32', 'f16', 'bf16'])

/**
 * The quantized graph whose inputs and results have other types than float32 numbers: casts at its boundary go, or others come.
 *
 * - An input whose only user casts it to codes or 16-bit floats, perhaps behind reshaping, has that type itself. With `codedInputs` one that is still made of floats
 *   becomes 8-bit codes of its calibrated range, from which `<input>_cast_int8` makes the floats.
 * - A result that a cast makes float32 numbers of is what is cast. With `codedOutputs` floats of a calibrated range are made codes, `<value>_int8`.
 * - With `bf16Outputs` float32 results are cast: `<result>_bf16`.
 *
 * Integers of token ids stay as they are. The rules are those of TPU-MLIR 1.30.2's `strip-io-quant`.
 *
 * @param castRounding how floats inside the network become codes
 * @throws QError `BOUNDARY_RANGE` for floats that are to be codes and have no calibrated range, `BOUNDARY_PLACE` for a place in a list that the network does not have,
 *   `BOUNDARY_TWICE` where two results would be one value
 */
export function atBoundary(
  graph: Graph,
  { inputs, outputs, codedInputs, codedOutputs, bf16Outputs }: BoundaryTypes,
  castRounding: RoundingMode = 'half-away-from-zero',
): Graph {
  const strippedInputs = chosen(inputs, graph.inputs.length, 'inputs')
  const strippedOutputs = chosen(outputs, graph.outputs.length, 'outputs')
  let made = graph
  for (const [i, { name }] of graph.inputs.entries()) {
    if (!strippedInputs.has(i)) continue
    made = withInput(made, name)
    if (codedInputs === true) made = withCodedInput(made, name)
  }
  for (const [i, name] of graph.outputs.entries()) {
    if (strippedOutputs.has(i)) made = withOutput(made, i, name, codedOutputs === true ? castRounding : undefined)
    else if (bf16Outputs === true && outputs === undefined) made = withBf16(made, i, name)
  }
  const twice = made.outputs.find((name, i) => made.outputs.indexOf(name) !== i && !graph.outputs.includes(name))
  if (twice === undefined) return made
  throw new QError('BOUNDARY_TWICE', `two results of the network would be ${twice}`, {
    at: [twice],
    found: 'results that differ in their type alone',
    wanted: 'one result',
    hint: 'list the outputs to give as codes without one of them',
    kind: 'usage',
  })
}

/** Looks whether the network has the inputs and results that are listed. @throws QError `BOUNDARY_PLACE` for a place that it does not have */
export function checkBoundary(graph: Pick<Graph, 'inputs' | 'outputs'>, { inputs, outputs }: BoundaryTypes): void {
  chosen(inputs, graph.inputs.length, 'inputs')
  chosen(outputs, graph.outputs.length, 'outputs')
}

/** Places from 0. */
function chosen(wanted: 'all' | readonly number[] | undefined, count: number, what: string): ReadonlySet<number> {
  if (wanted === undefined) return new Set()
  if (wanted === 'all') return new Set(Array.from({ length: count }, (_, i) => i))
  const wrong = wanted.find((place) => !(Number.isInteger(place) && place >= 1 && place <= count))
  if (wrong === undefined) return new Set(wanted.map((place) => place - 1))
  throw new QError('BOUNDARY_PLACE', `the network does not have that many ${what}`, {
    at: [what],
    found: String(wrong),
    wanted: count === 1 ? '1' : `numbers from 1 to ${count}`,
    hint: 'count from 1, in the order of the model',
    kind: 'usage',
  })
}

/** Without the cast behind an input. */
function withInput(graph: Graph, input: string): Graph {
  const { consumers, useCount } = edgesOf(graph)
  const between: Node[] = []
  for (let name = input; ; ) {
    const [user] = consumers.get(name) ?? []
    if (user === undefined || useCount(name) !== 1) return graph
    if (reshapers.has(user.op)) {
      between.push(user)
      name = user.outputs[0]!
      continue
    }
    const to = valueOf(graph, user.outputs[0]!).type
    if (!casts.has(user.op) || !floats.has(valueOf(graph, input).type.dtype) || !(to.quant !== undefined || floats.has(to.dtype)))
      return graph
    const { range } = valueOf(graph, input).type
    const typed = [input, ...between.map(({ outputs }) => outputs[0]!)]
    const values = new Map(graph.values)
    for (const each of typed) values.set(each, retyped(valueOf(graph, each), to, range))
    values.delete(user.outputs[0]!)
    return {
      ...graph,
      values,
      nodes: graph.nodes.flatMap((node) => (node === user ? [] : [reading(node, user.outputs[0]!, name)])),
      outputs: graph.outputs.map((each) => (each === user.outputs[0] ? name : each)),
    }
  }
}

const retyped = ({ name, type: { shape } }: Value, { dtype, quant }: TensorType, range: TensorType['range']): Value => ({
  name,
  type: { dtype, shape, ...(quant === undefined ? (range === undefined ? {} : { range }) : { quant }) },
})

const reading = (node: Node, before: string, now: string): Node =>
  node.inputs.includes(before) ? { ...node, inputs: node.inputs.map((each) => (each === before ? now : each)) } : node

/** With codes in the place of an input's floats. */
function withCodedInput(graph: Graph, input: string): Graph {
  const { type } = valueOf(graph, input)
  if (type.quant !== undefined || !floats.has(type.dtype)) return graph
  const quant = codesOf(graph, input, type)
  const made = `${input}_cast_int8`
  const values = new Map(graph.values)
  values.set(input, { name: input, type: { dtype: quant.dtype, shape: type.shape, quant: quant.quant } })
  values.set(made, { name: made, type })
  const cast: Node = { op: 'DequantizeLinear', inputs: [input], outputs: [made], attrs: {} }
  return { ...graph, values, nodes: [cast, ...graph.nodes.map((node) => reading(node, input, made))] }
}

/** @param coded how floats become codes @default they stay floats */
function withOutput(graph: Graph, place: number, output: string, coded: RoundingMode | undefined): Graph {
  const maker = edgesOf(graph).producer.get(output)
  const source = maker !== undefined && casts.has(maker.op) ? maker.inputs[0]! : output
  const { type } = valueOf(graph, source)
  const isStripped = source !== output && (type.quant !== undefined || floats.has(type.dtype))
  const end = isStripped ? source : output
  const stripped = isStripped ? withoutUnused(withResult(graph, place, source), maker!) : graph
  return coded === undefined ? stripped : withCodedOutput(stripped, place, end, coded)
}

const withResult = (graph: Graph, place: number, name: string): Graph => ({
  ...graph,
  outputs: graph.outputs.map((each, i) => (i === place ? name : each)),
})

/** Without a node whose results nothing uses any more. */
function withoutUnused(graph: Graph, node: Node): Graph {
  if (node.outputs.some((name) => edgesOf(graph).useCount(name) > 0)) return graph
  const values = new Map(graph.values)
  for (const name of node.outputs) values.delete(name)
  return { ...graph, values, nodes: graph.nodes.filter((each) => each !== node) }
}

function withCodedOutput(graph: Graph, place: number, output: string, rounding: RoundingMode): Graph {
  const { type } = valueOf(graph, output)
  if (type.quant !== undefined || !floats.has(type.dtype)) return graph
  const { dtype, quant } = codesOf(graph, output, type)
  return withCast(graph, place, output, `${output}_int8`, {
    type: { dtype, shape: type.shape, quant },
    node: { op: 'QuantizeLinear', attrs: { rounding } },
  })
}

function withBf16(graph: Graph, place: number, output: string): Graph {
  const { type } = valueOf(graph, output)
  if (type.dtype !== 'f32') return graph
  return withCast(graph, place, output, `${output}_bf16`, {
    type: { dtype: 'bf16', shape: type.shape },
    node: { op: 'Cast', attrs: { to: 'bf16', rounding: 'half-away-from-zero' } },
  })
}

function withCast(
  graph: Graph,
  place: number,
  from: string,
  to: string,
  { type, node }: { readonly type: TensorType; readonly node: Pick<Node, 'op' | 'attrs'> },
): Graph {
  const values = new Map(graph.values).set(to, { name: to, type })
  return withResult({ ...graph, values, nodes: [...graph.nodes, { ...node, inputs: [from], outputs: [to] }] }, place, to)
}

/** Symmetric codes of 8 bits, signed where the range has negative numbers. */
function codesOf(
  { properties }: Graph,
  name: string,
  { dtype, range }: TensorType,
): { readonly dtype: 'i8' | 'u8'; readonly quant: Quant } {
  if (range === undefined || properties['asymmetric'] === true) {
    throw new QError('BOUNDARY_RANGE', `${name} cannot be given as codes`, {
      at: [name],
      found: range === undefined ? 'no calibrated range' : 'codes with zero points',
      wanted: range === undefined ? 'a row of the calibration table' : 'symmetric codes',
      hint:
        range === undefined
          ? 'give a calibration table that has a row for it'
          : 'leave --asymmetric out, or the codes of this input or output',
    })
  }
  const isSigned = range.min < 0
  const scale = Math.max(Math.abs(range.min), Math.abs(range.max)) / (isSigned ? 127 : 255)
  return { dtype: isSigned ? 'i8' : 'u8', quant: { scale, zeroPoint: 0, expressed: dtype as Quant['expressed'] } }
}
