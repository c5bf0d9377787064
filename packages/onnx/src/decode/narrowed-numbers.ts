import type { Diagnostic, Graph, Node } from '@q/ir'
import { isFloat } from '../fold/literal.ts'
import { integerBounds } from './integer-bounds.ts'

/** Operators that hand elements on, or turn them into another type. */
const moving: ReadonlySet<string> = new Set(
  'Cast Concat DepthToSpace Expand Flatten Gather GatherElements GatherND Identity Pad Reshape Slice SpaceToDepth Split Squeeze Tile Transpose Unsqueeze'.split(
    ' ',
  ),
)

/** Operators whose results of integers may be larger than what they read, or depend on all of its digits. */
const computing: ReadonlySet<string> = new Set(
  'Add CumSum Div MatMul Mod Mul Pow ReduceL1 ReduceProd ReduceSum ReduceSumSquare Sub Sum'.split(' '),
)

/** Up to which whole numbers float32 holds every one. */
const mostWhole = 2 ** 24

const mostNamed = 8

/**
 * Warnings of numbers that a file computes in types with more digits than float32, in which networks are computed here: doubles, large integers, and
 * constants that are rounded. One line each, at most.
 *
 * @param graph a file as it was decoded, with the file's element types
 */
export function narrowedNumbers(graph: Graph, place: string): readonly Diagnostic[] {
  const dtypeOf = (name: string | undefined) => (name === undefined ? undefined : graph.values.get(name)?.type.dtype)
  const doubles = graph.nodes.filter(
    ({ op, inputs, outputs }) => !moving.has(op) && [...inputs, ...outputs].some((name) => dtypeOf(name) === 'f64'),
  )
  const boundOf = integerBounds(graph)
  const large = graph.nodes.filter(({ op, inputs, outputs }) => {
    const dtype = dtypeOf(outputs[0])
    if (!computing.has(op) || dtype === undefined || isFloat(dtype)) return false
    return [...inputs, outputs[0]].some((name) => name !== undefined && boundOf(name) > mostWhole)
  })
  const told = (code: string, names: readonly string[], message: (listed: string) => string): readonly Diagnostic[] =>
    names.length === 0 ? [] : [{ level: 'warning', code, message: message(listed(names)), at: [place] }]
  return [
    ...told(
      'ONNX_DOUBLE_NARROWED',
      doubles.map(nodeText),
      (names) => `what the file computes in double precision is computed in float32, with 24 bits in place of 53: ${names}`,
    ),
    ...told('ONNX_CONSTANT_ROUNDED', roundedConstants(graph), (names) => `integers that float32 does not hold are rounded: ${names}`),
    ...told(
      'ONNX_INTEGERS_NARROWED',
      large.map(nodeText),
      (names) =>
        `integers are computed in float32, which holds every whole number up to ${mostWhole} (2^24) and does not wrap around: results beyond are rounded: ${names}`,
    ),
  ]
}

const nodeText = ({ op, outputs }: Node): string => `${outputs[0]} (${op})`

function roundedConstants({ values }: Graph): readonly string[] {
  return [...values.values()].flatMap(({ name, type, constant }) => {
    if (constant === undefined || isFloat(type.dtype)) return []
    const rounded = Array.from(constant.data as ArrayLike<number | bigint>, Number).find((each) => Math.fround(each) !== each)
    return rounded === undefined ? [] : [`${rounded} of ${name} becomes ${Math.fround(rounded)}`]
  })
}

function listed(names: readonly string[]): string {
  const more = names.length - mostNamed
  return names.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
