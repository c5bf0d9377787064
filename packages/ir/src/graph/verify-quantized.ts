import { QError } from '../errors.ts'
import type { QuantRule } from '../ops/define.ts'
import { quantizedOps } from '../ops/op-set.ts'
import type { DType } from '../tensor/tensor.ts'
import { isConstant } from './is-constant.ts'
import { definitionOf } from './node-types.ts'
import { listDefects, quantDefects } from './quant-defects.ts'
import type { Graph, Node, Quant, TensorType } from './types.ts'
import { graphDefects } from './verify.ts'

/**
 * Every defect of a quantized graph: those of its structure, and places where the two sides of an edge disagree.
 *
 * - `QUANT_OPERAND`: an integer operator computes with integers, `QuantizeLinear` with floats.
 * - `QUANT_RESULT`: a float cannot come out of an integer operator but `DequantizeLinear`; codes say what they stand for.
 * - `QUANT_SHARED`: where an operator's rule says that two values share their quantization, they do.
 * - `QUANT_CODES`, `QUANT_SLICES`, `QUANT_LISTS`: zero points are codes, every slice has its scale, and every channel or operand
 *   its multiplier.
 */
export function quantizedDefects(graph: Graph): readonly QError[] {
  const structure = graphDefects(graph)
  if (structure.length > 0) return structure
  const typeOf = (name: string): TensorType => graph.values.get(name)!.type
  const computed = (name: string): boolean => !isConstant(graph.values.get(name))
  const values = [...graph.values.values()].flatMap(quantDefects)
  const nodes = graph.nodes.flatMap((node) => {
    const sides = sidesOf(node, graph)
    return [
      ...listDefects(node, graph),
      ...(quantizedOps.has(node.op) ? edgeDefects(node, sides, typeOf, computed) : []),
      ...sharedDefects(node, sides, typeOf, computed),
    ]
  })
  return [...values, ...nodes]
}

/** Does nothing for a sound quantized graph. @throws QError the first of {@link quantizedDefects} */
export function verifyQuantized(graph: Graph): void {
  const [first] = quantizedDefects(graph)
  if (first !== undefined) throw first
}

/** A value at its place in a node. */
interface Side {
  readonly place: string
  readonly name: string
  readonly rule: QuantRule
  readonly result: boolean
}

function sidesOf(node: Node, graph: Graph): readonly Side[] {
  const { inputs, outputs } = definitionOf(node, graph.ops)
  const places = Object.entries(inputs)
  const operands = node.inputs.flatMap((name, i) => {
    const [place, { rule }] = places[Math.min(i, places.length - 1)]!
    return name === undefined ? [] : [{ place, name, rule, result: false }]
  })
  const results = Object.entries(outputs).slice(0, node.outputs.length)
  return [...operands, ...results.map(([place, rule], i) => ({ place, name: node.outputs[i]!, rule, result: true }))]
}

const isFloat = (dtype: DType): boolean => dtype === 'f32' || dtype === 'f16' || dtype === 'bf16' || dtype === 'f64'
const isCode = (dtype: DType): boolean => dtype === 'i8' || dtype === 'u8' || dtype === 'i16' || dtype === 'u16'

function edgeDefects(
  node: Node,
  sides: readonly Side[],
  typeOf: (name: string) => TensorType,
  computed: (name: string) => boolean,
): readonly QError[] {
  const at = [node.outputs[0]!]
  return sides.flatMap(({ name, rule, result }) => {
    const { dtype, quant } = typeOf(name)
    const wantsFloat = (node.op === 'QuantizeLinear' && !result) || (node.op === 'DequantizeLinear' && result)
    const code = result ? 'QUANT_RESULT' : 'QUANT_OPERAND'
    if (!computed(name) || rule.kind === 'none') return []
    if (isFloat(dtype) !== wantsFloat) {
      const wanted = wantsFloat ? 'a float' : 'an integer'
      return [new QError(code, `${node.op} and ${name} do not agree`, { at, found: dtype, wanted, hint: 'insert a cast' })]
    }
    if (result && isCode(dtype) && quant === undefined) {
      return [
        new QError(code, `the codes ${name} do not say what they stand for`, {
          at,
          found: `${dtype} alone`,
          wanted: 'a scale and a zero point',
          hint: 'give the type of this value its quantization',
        }),
      ]
    }
    return []
  })
}

function sharedDefects(
  node: Node,
  sides: readonly Side[],
  typeOf: (name: string) => TensorType,
  computed: (name: string) => boolean,
): readonly QError[] {
  return sides.flatMap((side) => {
    if (side.rule.kind !== 'shared') return []
    const { with: partner } = side.rule
    const other = sides.find(({ place, result }) => place === partner && result !== side.result)
    if (other === undefined || !computed(side.name) || !computed(other.name)) return []
    const [mine, its] = [typeOf(side.name), typeOf(other.name)]
    if (mine.quant === undefined || its.quant === undefined || sameQuant(mine.quant, its.quant)) return []
    return [
      new QError('QUANT_SHARED', `${side.name} and ${other.name} share their quantization at ${node.op}`, {
        at: [node.outputs[0]!],
        found: `scale ${mine.quant.scale}, zero point ${mine.quant.zeroPoint}`,
        wanted: `scale ${its.quant.scale}, zero point ${its.quant.zeroPoint}`,
        hint: 'give both the same scale and zero point',
      }),
    ]
  })
}

function sameQuant(a: Quant, b: Quant): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint
}
