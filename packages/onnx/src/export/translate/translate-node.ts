import { floatOps, type Node, type OpName } from '@q/ir'
import { onnxOps } from '../../signature/written-ops.ts'
import { translateAttention, translateQAttention } from './attention.ts'
import { hasSlicedZeros } from './codes.ts'
import { isEmpty, touchesEmpty, translateEmpty } from './empty-values.ts'
import {
  translateAffine,
  translateComparison,
  translateLrn,
  translateMod,
  translatePRelu,
  translateRewritten,
  translateSame,
} from './float-elementwise.ts'
import { translateMatMul } from './float-mat-mul.ts'
import {
  translateGroupNorm,
  translateInstanceNorm,
  translateLayerNorm,
  translatePixelNorm,
  translateRmsNorm,
} from './float-normalization.ts'
import {
  translateArg,
  translateCast,
  translateCumSum,
  translateGridSample,
  translateResize,
  translateRope,
  translateTopK,
} from './float-other.ts'
import { translateReduce } from './float-reduction.ts'
import { translateConv, translateConvTranspose, translatePool } from './float-window.ts'
import { translateLut, translateLutAxis } from './lookups.ts'
import { changesCodeType, givesLooseCodes, onCodes } from './loose-codes.ts'
import * as movement from './movement.ts'
import { translatePad } from './pad.ts'
import { translateQPixelNorm } from './pixel-normalization.ts'
import { translateDequantizeLinear, translateQuantizeLinear } from './quantize-linear.ts'
import * as arithmetic from './quantized-arithmetic.ts'
import { translateQAveragePool } from './quantized-average-pool.ts'
import { translateQConv } from './quantized-conv.ts'
import { translateQConvTranspose } from './quantized-conv-transpose.ts'
import { translateQMatMul } from './quantized-mat-mul.ts'
import * as unary from './quantized-unary.ts'
import { translateSoftmax } from './softmax.ts'
import { translateQSoftmax } from './softmax-codes.ts'
import type { Translate, Translation } from './translator.ts'
import { translateWholeConv, translateWholeConvTranspose } from './whole-conv.ts'
import * as whole from './whole-elementwise.ts'
import { translateWholeMatMul } from './whole-mat-mul.ts'

const all = (names: readonly OpName[], translate: Translate) => names.map((name) => [name, translate] as const)

/** Functions of one and of two numbers that ONNX has under the same name. */
const functions: readonly string[] = [...floatOps.values()].flatMap(({ name, scalar, binary }) =>
  (scalar ?? binary) !== undefined && onnxOps.has(name) ? [name] : [],
)

const translations: ReadonlyMap<string, Translate> = new Map<string, Translate>([
  ...functions.map((name) => [name, translateSame] as const),
  ...all(['Silu', 'Swish', 'Rsqrt', 'Relu', 'Clip', 'Gelu', 'Sigmoid'], translateRewritten),
  ...all(['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not'], translateComparison),
  ...all(['MaxPool', 'AveragePool'], translatePool),
  ...all(['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'], translateReduce),
  ...all(['Reshape', 'Squeeze', 'Unsqueeze'], movement.translateReshape),
  ...all(['ArgMax', 'ArgMin'], translateArg),
  ...all(['ScatterND', 'ScatterElements'], movement.translateScatter),
  ...all(['GatherElements', 'GatherND'], movement.translateGatherElements),
  ['Affine', translateAffine],
  ['Mod', translateMod],
  ['LRN', translateLrn],
  ['PRelu', translatePRelu],
  ['Conv', translateConv],
  ['ConvTranspose', translateConvTranspose],
  ['MatMul', translateMatMul],
  ['LayerNormalization', translateLayerNorm],
  ['RMSNormalization', translateRmsNorm],
  ['InstanceNormalization', translateInstanceNorm],
  ['GroupNormalization', translateGroupNorm],
  ['PixelNormalization', translatePixelNorm],
  ['Softmax', translateSoftmax],
  ['Transpose', movement.translateTranspose],
  ['Concat', movement.translateConcat],
  ['Slice', movement.translateSlice],
  ['Tile', movement.translateTile],
  ['Pad', translatePad],
  ['Upsample', movement.translateUpsample],
  ['DepthToSpace', movement.translateDepthToSpace],
  ['ShuffleChannel', movement.translateShuffleChannel],
  ['SwapDimInner', movement.translateSwapDimInner],
  ['Reverse', movement.translateReverse],
  ['StridedCopy', movement.translateStridedCopy],
  ['Gather', movement.translateGather],
  ['Where', movement.translateWhere],
  ['TopK', translateTopK],
  ['CumSum', translateCumSum],
  ['Cast', translateCast],
  ['Resize', translateResize],
  ['GridSample', translateGridSample],
  ['Rope', translateRope],
  ['QConv', translateQConv],
  ['QConvTranspose', translateQConvTranspose],
  ['QMatMul', translateQMatMul],
  ['QSoftmax', translateQSoftmax],
  ['QPixelNormalization', translateQPixelNorm],
  ['QAttention', translateQAttention],
  ['Attention', translateAttention],
  ['QAdd', arithmetic.translateQAdd],
  ['QSub', arithmetic.translateQSub],
  ['QMax', arithmetic.translateQMax],
  ['QMin', arithmetic.translateQMin],
  ['QMul', arithmetic.translateQMul],
  ['QAddConstant', unary.translateQAddConstant],
  ['QLeakyRelu', unary.translateQLeakyRelu],
  ['QAveragePool', translateQAveragePool],
  ['Requantize', unary.translateRequantize],
  ['RequantizeAxis', unary.translateRequantizeAxis],
  ['QLimitConstant', unary.translateQLimitConstant],
  ['QPRelu', unary.translateQPRelu],
  ['QAffine', unary.translateQAffine],
  ['QCompareConstant', unary.translateQCompareConstant],
  ['Lut', translateLut],
  ['LutAxis', translateLutAxis],
  ['QuantizeLinear', translateQuantizeLinear],
  ['DequantizeLinear', translateDequantizeLinear],
])

/** The same operators in 64-bit integers: for codes, sums and roundings that bytes and double precision do not do exactly. */
const inWholeNumbers: ReadonlyMap<string, Translate> = new Map<string, Translate>([
  ['QConv', translateWholeConv],
  ['QConvTranspose', translateWholeConvTranspose],
  ['QMatMul', translateWholeMatMul],
  ['QAdd', whole.translateWholeAdd],
  ['QSub', whole.translateWholeSub],
  ['QMax', whole.translateWholeMax],
  ['QMin', whole.translateWholeMin],
  ['QMul', whole.translateWholeMul],
  ['QAddConstant', whole.translateWholeAddConstant],
  ['QLimitConstant', whole.translateWholeLimitConstant],
  ['QLeakyRelu', whole.translateWholeLeakyRelu],
  ['QPRelu', whole.translateWholePRelu],
  ['QAffine', whole.translateWholeAffine],
  ['Requantize', whole.translateWholeRequantize],
  ['RequantizeAxis', whole.translateWholeRequantizeAxis],
])

/** The ways to write one node in standard ONNX operators, the fastest first; the first that succeeds is to be taken, and none may. */
export function translationsOf(node: Node, t: Translation): readonly Translate[] {
  // Of operands without elements only a concatenation takes what is beside them.
  if (touchesEmpty(node, t) && (node.op !== 'Concat' || isEmpty(t, node.outputs[0]!))) return [translateEmpty]
  if (givesLooseCodes(node, t.typeOf) || changesCodeType(node, t.typeOf) || makesBf16ByHand(node, t)) return []
  if (integerOperator(node) && node.op !== 'DequantizeLinear' && node.inputs.some((name) => name !== undefined && isSliced(t, name)))
    return []
  const isCodes =
    node.outputs.some((name) => isInteger(t, name)) || node.inputs.some((name) => name !== undefined && t.typeOf(name).quant !== undefined)
  if (isCodes && (node.op === 'Max' || node.op === 'Min' || node.op === 'Relu')) return [unary.translateCodeSelection]
  if (isCodes && !integerOperator(node) && !onCodes.has(node.op)) return node.op === 'Cast' ? [translateCast] : []
  return [translations.get(node.op), inWholeNumbers.get(node.op)].filter((each) => each !== undefined)
}

/** Whether bfloat16 numbers are made in a style that the runtime's own cast has not. */
function makesBf16ByHand({ attrs, inputs, outputs }: Node, t: Translation): boolean {
  if (attrs['bf16'] !== 'saturate' && attrs['bf16'] !== 'truncate') return false
  return [...inputs, ...outputs].some((name) => name !== undefined && t.typeOf(name).dtype === 'bf16')
}

function isInteger(t: Translation, name: string): boolean {
  return t.typeOf(name).quant !== undefined
}

const integerOperator = ({ op }: Node): boolean =>
  op.startsWith('Q') || op.startsWith('Lut') || op.startsWith('Requantize') || op === 'DequantizeLinear'

/** Whether slices of a computed value have zero points of their own. */
function isSliced(t: Translation, name: string): boolean {
  return t.valueOf(name).constant === undefined && hasSlicedZeros(t.typeOf(name))
}
