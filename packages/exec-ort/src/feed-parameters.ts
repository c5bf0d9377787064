import type { Graph, Node, Tensor, Value } from '@q/ir'
import { quantizedOps } from '@q/ir'
import type { TranslatedPart } from './onnx-translator.ts'

/** What a constant of a translated integer operator is. */
export type ParameterKind =
  /** The factor and the offset of a requantization: multiplier and shift, bias, rounding. */
  | 'requantization'
  /** A zero point, or an end of the codes. */
  | 'zero-point'
  /** The results of an operator for each of the 256 codes. */
  | 'table'
  /** The codes of a convolution's or a matrix product's constant factor. */
  | 'weight'

const eitherFactor = { 0: 'requantization', 1: 'requantization' } as const

/** The constant operands that may be fed, by the ONNX operator and the place of the operand. */
const operandKinds: Readonly<Record<string, Readonly<Record<number, ParameterKind>>>> = {
  Add: eitherFactor,
  Sub: eitherFactor,
  Mul: eitherFactor,
  Div: { 1: 'requantization' },
  Mod: { 1: 'requantization' },
  Min: { 1: 'requantization' },
  Max: { 1: 'requantization' },
  BatchNormalization: { 1: 'requantization', 2: 'requantization' },
  Clip: { 1: 'zero-point', 2: 'zero-point' },
  Pad: { 2: 'zero-point' },
  QuantizeLinear: { 1: 'requantization', 2: 'zero-point' },
  DequantizeLinear: { 1: 'requantization', 2: 'zero-point' },
  GatherElements: { 0: 'table' },
  Conv: { 1: 'weight' },
  ConvInteger: { 1: 'weight', 2: 'zero-point' },
  MatMulInteger: { 0: 'weight', 1: 'weight', 2: 'zero-point', 3: 'zero-point' },
  // Its bias and the zero point of its operand stay: fed, they keep the runtime from its layout with channels last, which is twice as fast.
  QLinearConv: { 3: 'weight', 4: 'requantization', 7: 'zero-point' },
  'com.microsoft.QLinearAdd': { 1: 'requantization', 2: 'zero-point', 4: 'requantization', 5: 'zero-point', 7: 'zero-point' },
}

/**
 * The kinds that are fed where parameters are. Weights are not: kernels that pack a constant factor once would pack a fed one at every
 * run, and thresholds do not change weights.
 */
const fedKinds: ReadonlySet<ParameterKind> = new Set(['requantization', 'zero-point', 'table'])

/**
 * Zero points of symmetric codes as they travel, and the ends of a byte. They are the rule, and every input costs some time at every run,
 * so they stay in the model: a section that has others runs in another session.
 */
const usualZeroPoints: ReadonlySet<number> = new Set([0, 128, 255])

const isUsual = (kind: ParameterKind, { data }: Tensor): boolean =>
  kind === 'zero-point' && data.length === 1 && usualZeroPoints.has(Number(data[0]))

/** A part whose parameters are inputs of its model. */
export interface OpenPart {
  readonly part: TranslatedPart
  /** What to feed as each of these inputs. */
  readonly parameters: ReadonlyMap<string, Tensor>
}

/**
 * Makes inputs of the constants in which parts of equal structure differ. Each use has an input of its own, so that numbers that happen
 * to be equal make no other model. Only what was written for integer operators is touched: in float parts the runtime's optimizer
 * looks for constants.
 */
export function openParameters(part: TranslatedPart, kinds: ReadonlySet<ParameterKind> = fedKinds): OpenPart {
  const { model, sources } = part
  const parameters = new Map<string, Tensor>()
  const values = new Map<string, Value>(model.values)
  const fed = (tensor: Tensor): string => {
    const name = `parameter_${parameters.size}`
    parameters.set(name, tensor)
    values.set(name, { name, type: { dtype: tensor.dtype, shape: tensor.shape } })
    return name
  }
  const opened = (node: Node, source: Node | undefined): Node => {
    const operands = operandKinds[node.op]
    if (operands === undefined || source === undefined || !quantizedOps.has(source.op)) return node
    const inputs = node.inputs.map((name, i) => {
      const kind = operands[i]
      const constant = name === undefined ? undefined : model.values.get(name)?.constant
      return constant === undefined || kind === undefined || !kinds.has(kind) || isUsual(kind, constant) ? name : fed(constant)
    })
    return { ...node, inputs }
  }
  const nodes = model.nodes.map((node, i) => opened(node, sources[i]))
  const inputs = [...model.inputs, ...[...parameters.keys()].map((name) => ({ name }))]
  const open: Graph = { ...model, inputs, nodes, values }
  return { part: { ...part, model: open }, parameters }
}
