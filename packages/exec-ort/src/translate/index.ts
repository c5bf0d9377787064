import type { Node, OpName } from '@q/ir'
import { translateAffine, translateComparison, translatePRelu, translateRewritten, translateSame } from './float-elementwise.ts'
import { translateMatMul } from './float-mat-mul.ts'
import { translateInstanceNorm, translateLayerNorm, translateReduce, translateRmsNorm, translateSoftmax } from './float-normalization.ts'
import { translateArg, translateCast, translateCumSum, translateResize, translateTopK } from './float-other.ts'
import { translateConv, translateConvTranspose, translatePool } from './float-window.ts'
import * as movement from './movement.ts'
import { translateDequantizeLinear, translateQuantizeLinear } from './quantize-linear.ts'
import * as arithmetic from './quantized-arithmetic.ts'
import { translateQConv } from './quantized-conv.ts'
import { translateQConvTranspose } from './quantized-conv-transpose.ts'
import { translateQMatMul } from './quantized-mat-mul.ts'
import * as unary from './quantized-unary.ts'
import type { Translate, Translation } from './translator.ts'

const all = (names: readonly OpName[], translate: Translate) => names.map((name) => [name, translate] as const)

const translations: ReadonlyMap<string, Translate> = new Map<string, Translate>([
  ...all(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'Mod', 'Abs', 'Acos', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Floor',
    'HardSigmoid', 'HardSwish', 'LeakyRelu', 'Log', 'LRN', 'Mish', 'Round', 'Sin', 'Sinh', 'Softplus', 'Softsign', 'Sqrt', 'Tan', 'Tanh'], translateSame),
  ...all(['Silu', 'Swish', 'Rsqrt', 'Relu', 'Sigmoid', 'Clip', 'Sign', 'Gelu'], translateRewritten),
  ...all(['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not'], translateComparison),
  ...all(['MaxPool', 'AveragePool'], translatePool),
  ...all(['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'], translateReduce),
  ...all(['Reshape', 'Squeeze', 'Unsqueeze'], movement.translateReshape),
  ...all(['ArgMax', 'ArgMin'], translateArg),
  ...all(['ScatterND', 'ScatterElements'], movement.translateScatter),
  ...all(['GatherElements', 'GatherND'], movement.translateGatherElements),
  ['Affine', translateAffine],
  ['PRelu', translatePRelu],
  ['Conv', translateConv],
  ['ConvTranspose', translateConvTranspose],
  ['MatMul', translateMatMul],
  ['LayerNormalization', translateLayerNorm],
  ['RMSNormalization', translateRmsNorm],
  ['InstanceNormalization', translateInstanceNorm],
  ['Softmax', translateSoftmax],
  ['Transpose', movement.translateTranspose],
  ['Concat', movement.translateConcat],
  ['Slice', movement.translateSlice],
  ['Tile', movement.translateTile],
  ['Pad', movement.translatePad],
  ['Upsample', movement.translateUpsample],
  ['DepthToSpace', movement.translateDepthToSpace],
  ['ShuffleChannel', movement.translateShuffleChannel],
  ['Reverse', movement.translateReverse],
  ['Gather', movement.translateGather],
  ['Where', movement.translateWhere],
  ['TopK', translateTopK],
  ['CumSum', translateCumSum],
  ['Cast', translateCast],
  ['Resize', translateResize],
  ['QConv', translateQConv],
  ['QConvTranspose', translateQConvTranspose],
  ['QMatMul', translateQMatMul],
  ['QAdd', arithmetic.translateQAdd],
  ['QSub', arithmetic.translateQSub],
  ['QMul', arithmetic.translateQMul],
  ['QAddConstant', unary.translateQAddConstant],
  ['QLeakyRelu', unary.translateQLeakyRelu],
  ['QAveragePool', arithmetic.translateQAveragePool],
  ['Requantize', unary.translateRequantize],
  ['RequantizeAxis', unary.translateRequantizeAxis],
  ['QLimitConstant', unary.translateQLimitConstant],
  ['QPRelu', unary.translateQPRelu],
  ['QAffine', unary.translateQAffine],
  ['QCompareConstant', unary.translateQCompareConstant],
  ['Lut', unary.translateLut],
  ['QuantizeLinear', translateQuantizeLinear],
  ['DequantizeLinear', translateDequantizeLinear],
])

/** Operators that copy or select elements, and so take codes as they are. */
const onCodes: ReadonlySet<string> = new Set<OpName>([
  'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Concat', 'Slice', 'Tile', 'Pad', 'Upsample', 'DepthToSpace', 'ShuffleChannel', 'Reverse',
  'Gather', 'GatherElements', 'GatherND', 'ScatterND', 'ScatterElements', 'Where', 'MaxPool',
])

/** Writes one node in standard ONNX operators; `undefined` when that cannot be done, or not with the wanted exactness. */
export function translateNode(node: Node, t: Translation): readonly string[] | undefined {
  const isCodes = node.outputs.some((name) => isInteger(t, name)) || node.inputs.some((name) => name !== undefined && t.typeOf(name).quant !== undefined)
  const integerOperator = node.op.startsWith('Q') || node.op === 'Lut' || node.op.startsWith('Requantize') || node.op === 'DequantizeLinear'
  if (isCodes && !integerOperator && !onCodes.has(node.op)) {
    if (node.op === 'Max' || node.op === 'Min' || node.op === 'Relu') return unary.translateCodeSelection(node, t)
    return node.op === 'Cast' ? translateCast(node, t) : undefined
  }
  return translations.get(node.op)?.(node, t)
}

function isInteger(t: Translation, name: string): boolean {
  return t.typeOf(name).quant !== undefined
}
