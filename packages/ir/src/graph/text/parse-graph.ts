import { QError } from '../../errors.ts'
import { allOps } from '../../ops/op-set.ts'
import { didYouMean } from '../../suggest.ts'
import { inferNode } from '../node-types.ts'
import type { Attrs, Graph, GraphInput, Node, OpSet, TensorType, Value } from '../types.ts'
import { parseConstant } from './parse-constant.ts'
import { parseAttributes, parseList, parseName, parseType } from './parse-parts.ts'
import { type Scanner, scannerOf } from './scanner.ts'

/**
 * Reads the text form of a graph; statements end at a line break or a semicolon, `#` starts a comment.
 *
 * - `graph net {stage = "float"}`: name and properties, first; may be left out;
 * - `x: f32[1,3,8,8]`: an input; `as {...}` gives the rest of its `GraphInput` as JSON;
 * - `w: f32[3] = [1, 2, 3]`: a constant; one number stands for all elements, `constant` for elements that are not written;
 * - `y = Conv(x, w, _) {strides = [1, 1]}`: a node, `_` for an operand left out; a type behind a result wins over the inferred
 *   one; `from [layers]` may follow;
 * - `return y`: the outputs; without it, every result that no node uses.
 *
 * @param ops the operators nodes may use
 * @throws QError `GRAPH_TEXT` with line and column, `GRAPH_TEXT_NAME` for a value that is not known or known twice, and those of
 *   `inferNode` for a node without types
 */
export function parseGraph(text: string, ops: OpSet = allOps): Graph {
  const scanner = scannerOf(text)
  const parts: Parts = { values: new Map(), inputs: [], nodes: [], outputs: undefined }
  let name = 'graph'
  let properties: Attrs = {}
  let first = true
  while (scanner.nextStatement()) {
    if (first && scanner.match(/graph(?=[ \t]+[\w."/])/y) !== undefined) {
      name = parseName(scanner)
      properties = parseAttributes(scanner)
    } else parseStatement(scanner, parts, ops)
    if (!scanner.atEnd()) scanner.fail('the end of the statement')
    first = false
  }
  const { values, inputs, nodes } = parts
  const used = new Set(nodes.flatMap((node) => node.inputs))
  const outputs = parts.outputs ?? nodes.flatMap((node) => node.outputs.filter((output) => !used.has(output)))
  return { name, inputs, outputs, nodes, values, ops, properties }
}

interface Parts {
  readonly values: Map<string, Value>
  readonly inputs: GraphInput[]
  readonly nodes: Node[]
  outputs: readonly string[] | undefined
}

function parseStatement(scanner: Scanner, parts: Parts, ops: OpSet): void {
  const { values } = parts
  if (scanner.match(/return\b(?![ \t]*[:=,])/y) !== undefined) {
    const outputs: string[] = []
    if (!scanner.atEnd()) {
      do outputs.push(known(parseName(scanner), values))
      while (scanner.take(','))
    }
    parts.outputs = outputs
    return
  }
  const results: { readonly name: string; readonly type: TensorType | undefined }[] = []
  do {
    const name = parseName(scanner)
    if (values.has(name)) {
      throw new QError('GRAPH_TEXT_NAME', `the value ${name} is written twice`, {
        at: [name],
        found: `${name} a second time`,
        wanted: 'one line for every value',
        hint: 'rename one of the two',
      })
    }
    results.push({ name, type: scanner.take(':') ? parseType(scanner) : undefined })
  } while (scanner.take(','))
  const { name, type } = results[0]!
  if (!scanner.take('=')) {
    if (type === undefined) scanner.fail('a type or =')
    else parts.inputs.push(parseInput(scanner, name))
    values.set(name, { name, type: type! })
  } else if (type !== undefined && scanner.match(/(?=[[\d-]|(?:constant|NaN|Infinity)\b)/y) !== undefined) {
    const constant = parseConstant(scanner, type)
    values.set(name, { name, type, isConstant: true, ...(constant === undefined ? {} : { constant }) })
  } else {
    const node = parseNode(
      scanner,
      results.map((result) => result.name),
      values,
    )
    const inferred = results.every((result) => result.type !== undefined)
      ? []
      : inferNode(node, ops, (operand) => values.get(operand)!.type)
    results.forEach((result, i) =>
      values.set(result.name, { name: result.name, type: result.type ?? inferred[i] ?? scanner.fail('fewer results') }),
    )
    parts.nodes.push(node)
  }
}

function parseInput(scanner: Scanner, name: string): GraphInput {
  if (!scanner.take('as')) return { name }
  const json = scanner.match(/\{[^\n]*\}/y) ?? scanner.fail('a JSON object')
  try {
    return { name, ...(JSON.parse(json) as Omit<GraphInput, 'name'>) }
  } catch {
    return scanner.fail('a JSON object before this')
  }
}

function parseNode(scanner: Scanner, outputs: readonly string[], values: ReadonlyMap<string, Value>): Node {
  const op = scanner.match(/[A-Za-z][\w.]*/y) ?? scanner.fail('an operator, a list of elements or the word constant')
  const inputs = parseList(scanner, '(', ')', () =>
    scanner.match(/_(?=[ \t]*[,)])/y) === undefined ? known(parseName(scanner), values) : undefined,
  )
  const attrs = parseAttributes(scanner)
  const origin = scanner.match(/from\b/y) === undefined ? undefined : parseList(scanner, '[', ']', () => parseName(scanner))
  return { op, inputs, outputs, attrs, ...(origin === undefined ? {} : { origin }) }
}

function known(name: string, values: ReadonlyMap<string, Value>): string {
  if (values.has(name)) return name
  throw new QError('GRAPH_TEXT_NAME', `there is no value ${name}`, {
    at: [name],
    found: name,
    wanted: 'a value written above',
    hint: didYouMean(name, values.keys(), 'give it a line of its own before it is used'),
  })
}
