import { type Graph, type Node, valueOf } from '@q/ir'
import { numberOperand } from '@q/ir/graph'

const renamed: Readonly<Record<string, string>> = {
  ConvTranspose: 'Deconv',
  Affine: 'Scale',
  AveragePool: 'AvgPool',
  LayerNormalization: 'LayerNorm',
  RMSNormalization: 'RMSNorm',
  GroupNormalization: 'GroupNorm',
  InstanceNormalization: 'InstanceNorm',
  PixelNormalization: 'PixelNorm',
  Transpose: 'Permute',
  Resize: 'Interp',
  DepthToSpace: 'Depth2Space',
  ArgMax: 'Arg',
  ArgMin: 'Arg',
  Silu: 'SiLU',
  Gelu: 'GELU',
  Not: 'CompareConst',
}

/** The Top operator of a canonical node, by the table of operators and dialects. */
export function topOperator(node: Node, graph: Graph): string {
  const number = numberOperand(node, (name) => valueOf(graph, name))
  if (number !== undefined) {
    if (['Add', 'Sub', 'Mul', 'Max', 'Min'].includes(node.op)) return `${node.op}Const`
    if (node.op === 'Div' && number === 0) return 'Reciprocal'
    if (node.op === 'Pow') return number === 1 ? 'Pow' : 'Pow2'
    if (['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Xor'].includes(node.op)) return 'CompareConst'
  }
  if (['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Xor'].includes(node.op)) return 'Compare'
  if (node.op === 'Pow') return 'Pow3'
  if (node.op.startsWith('Reduce')) return 'Reduce'
  return renamed[node.op] ?? node.op
}
