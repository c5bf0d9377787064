import { QError } from '../errors.ts'
import { type IntegerType, integerRange } from '../number/saturate.ts'
import { quantizedOps } from '../ops/op-set.ts'
import type { DType } from '../tensor/tensor.ts'
import { codeLimitsOf } from './code-limits.ts'
import { attributesOf, definitionOf } from './node-types.ts'
import type { Graph, Node, TensorType, Value } from './types.ts'

const codeTypes: ReadonlySet<DType> = new Set(['i8', 'u8', 'i16', 'u16', 'i32', 'u32'])

/**
 * Defects of how the codes of one value are to be read.
 *
 * - `QUANT_CODES`: codes are integers, what they saturate to lies within their element type, zero points are codes;
 * - `QUANT_SLICES`: a tensor quantized by slices has an axis, and a scale (and a zero point, if any) for each slice.
 */
export function quantDefects({ name, type, constant }: Value): readonly QError[] {
  const { dtype, shape, quant } = type
  if (quant === undefined) return []
  const refuse = (code: string, message: string, found: string, wanted: string, hint: string): readonly QError[] => [
    new QError(code, `${name} ${message}`, { at: [name], found, wanted, hint }),
  ]
  if (!codeTypes.has(dtype))
    return refuse('QUANT_CODES', 'is quantized but holds no codes', dtype, [...codeTypes].join(', '), 'correct its element type')
  const held = integerRange(dtype as IntegerType)
  const [min, max] = codeLimitsOf(type)
  if (!(min >= held.min && max <= held.max && min <= max))
    return refuse(
      'QUANT_CODES',
      'saturates beyond its element type',
      `${min} to ${max}`,
      `a part of ${held.min} to ${held.max}`,
      'correct what it saturates to',
    )
  const zeros = quant.axis === undefined ? [quant.zeroPoint] : (quant.zeroPoints ?? [quant.zeroPoint])
  const outside = zeros.find((zero) => !(Number.isInteger(zero) && zero >= min && zero <= max))
  if (outside !== undefined)
    return refuse(
      'QUANT_CODES',
      'has a zero point that is no code',
      String(outside),
      `a whole number from ${min} to ${max}`,
      'correct the zero point',
    )
  if (quant.axis !== undefined || quant.scales !== undefined || quant.zeroPoints !== undefined) {
    const slices = quant.axis === undefined ? undefined : shape[quant.axis]
    const counts = [quant.scales?.length ?? 0, quant.zeroPoints?.length ?? slices]
    if (slices === undefined || counts.some((count) => count !== slices)) {
      const found = `axis ${quant.axis ?? 'none'}, ${quant.scales?.length ?? 'no'} scales, ${quant.zeroPoints?.length ?? 'no'} zero points`
      return refuse(
        'QUANT_SLICES',
        'does not say how its slices are quantized',
        found,
        `a scale for each slice of an axis of [${shape.join(', ')}]`,
        'give each slice its scale',
      )
    }
  }
  if (quant.saturate === undefined || constant === undefined) return []
  const beyond = Array.from(constant.data as Int8Array, Number).find((code) => code < min || code > max)
  return beyond === undefined
    ? []
    : refuse('QUANT_CODES', 'has an element that is no code of its type', String(beyond), `${min} to ${max}`, 'quantize it again')
}

/** Defects of the lists of one node of a quantized graph. `QUANT_LISTS`: multipliers and shifts are given once, or for each channel or operand. */
export function listDefects(node: Node, graph: Graph): readonly QError[] {
  if (!quantizedOps.has(node.op)) return []
  const attrs = attributesOf(node, definitionOf(node, graph.ops))
  const wanted = entriesOf(node, (name) => graph.values.get(name)!.type, attrs)
  return (['multipliers', 'shifts'] as const).flatMap((list) => {
    const count = (attrs[list] as readonly number[] | undefined)?.length ?? 0
    if (count <= 1 || wanted === undefined || count === wanted) return []
    return [
      new QError('QUANT_LISTS', `the ${list} of ${node.op} do not fit`, {
        at: [node.outputs[0]!],
        found: `${count} of them`,
        wanted: wanted === 1 ? 'one, for the whole tensor' : `one, or ${wanted}`,
        hint: 'give one for all, or one for each channel or operand',
      }),
    ]
  })
}

/** How many channels, or operands, a node has multipliers for; `undefined` when it has no lists. */
function entriesOf(
  { op, inputs }: Node,
  typeOf: (name: string) => TensorType,
  attrs: Readonly<Record<string, unknown>>,
): number | undefined {
  const shape = (place: number): readonly number[] => typeOf(inputs[place]!).shape
  switch (op) {
    case 'QConv':
      return shape(1)[0]
    case 'QConvTranspose':
      return shape(1)[1]! * (attrs['group'] as number)
    case 'QMatMul':
      return shape(1).length < 2 ? 1 : shape(1).at(attrs['transB'] === true ? -2 : -1)
    case 'QAdd':
    case 'QConcat':
    case 'QMax':
    case 'QMin':
    case 'QSub':
      return inputs.length
    case 'QLeakyRelu':
    case 'QPRelu':
      return 2
    case 'QAffine':
      return shape(0)[1] ?? 1
    case 'Requantize':
      return shape(0).at(attrs['axis'] as number)
    default:
      return attrs['multipliers'] === undefined ? undefined : 1
  }
}
