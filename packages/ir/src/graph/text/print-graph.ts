import { elementCount } from '../../tensor/tensor.ts'
import { isConstant } from '../is-constant.ts'
import type { Attrs, Graph, GraphInput, Node, TensorType, Value } from '../types.ts'
import { printAttribute, printElements, printNumber } from './print-number.ts'

/** What {@link printGraph} leaves out. */
export interface PrintGraphOptions {
  /** Constants of more elements are printed as the word `constant`. @default 16 */
  readonly longestConstant?: number
}

/**
 * A graph as text, one statement a line: its name and properties, inputs, constants, nodes and outputs. `parseGraph`
 * reads it back; with `longestConstant: Infinity` nothing is lost. A value that the
 * graph does not have is printed without a type.
 *
 * @example
 * x: f32[1,2]
 * w: f32[2] = [0.5, -1]
 * y: i8[1,2]{scale 0.05, zero 0} = Mul(x, w) {relu = true} from [y_Mul]
 * return y
 */
export function printGraph(graph: Graph, { longestConstant = 16 }: PrintGraphOptions = {}): string {
  const typed = (name: string): string => {
    const value = graph.values.get(name)
    return value === undefined ? printName(name) : `${printName(name)}: ${printType(value.type)}`
  }
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const constants = [...graph.values.values()].filter((value) => !inputs.has(value.name) && isConstant(value))
  const lines = [
    `graph ${printName(graph.name)}${printAttributes(graph.properties)}`,
    ...graph.inputs.map((input) => `${typed(input.name)}${printInput(input)}`),
    ...constants.map((value) => `${typed(value.name)} = ${printConstant(value, longestConstant)}`),
    ...graph.nodes.map((node) => `${node.outputs.map(typed).join(', ')} = ${printNode(node)}`),
    `return ${graph.outputs.map(printName).join(', ')}`,
  ]
  return `${lines.join('\n')}\n`
}

/** A name as it stands in the text; in quotes when it is not a plain word. */
function printName(name: string): string {
  return /^[\w./][\w./-]*$/.test(name) && name !== '_' && !['graph', 'return'].includes(name) ? name : JSON.stringify(name)
}

/** A type: `f32[1,3]`, with how its codes are to be read, or its calibrated range, in braces. */
export function printType({ dtype, shape, quant, range }: TensorType): string {
  const notes: string[] = []
  if (quant !== undefined) {
    notes.push(`scale ${printNumber(quant.scale)}`, `zero ${printNumber(quant.zeroPoint)}`)
    if (quant.expressed !== 'f32') notes.push(`expressed ${quant.expressed}`)
    if (quant.axis !== undefined) notes.push(`axis ${quant.axis}`)
    if (quant.scales !== undefined) notes.push(`scales ${printAttribute(quant.scales)}`)
    if (quant.zeroPoints !== undefined) notes.push(`zeros ${printAttribute(quant.zeroPoints)}`)
    if (quant.saturate !== undefined) notes.push(`saturate ${printAttribute(quant.saturate)}`)
  }
  if (range !== undefined) notes.push(`min ${printNumber(range.min)}`, `max ${printNumber(range.max)}`)
  return `${dtype}[${shape.join(',')}]${notes.length === 0 ? '' : `{${notes.join(', ')}}`}`
}

function printAttributes(attrs: Attrs): string {
  const entries = Object.entries(attrs)
  return entries.length === 0 ? '' : ` {${entries.map(([name, value]) => `${printName(name)} = ${printAttribute(value)}`).join(', ')}}`
}

function printInput({ name: _, ...facts }: GraphInput): string {
  return Object.keys(facts).length === 0 ? '' : ` as ${JSON.stringify(facts)}`
}

function printConstant({ type, constant }: Value, longest: number): string {
  return constant === undefined || elementCount(type.shape) > longest ? 'constant' : printElements(constant)
}

function printNode({ op, inputs, attrs, origin }: Node): string {
  const operands = inputs.map((name) => (name === undefined ? '_' : printName(name))).join(', ')
  const from = origin === undefined ? '' : ` from [${origin.map(printName).join(', ')}]`
  return `${op}(${operands})${printAttributes(attrs)}${from}`
}
