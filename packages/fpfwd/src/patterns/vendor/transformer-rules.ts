import type { TopFile } from './top-file.ts'
import { textBlockAt, type VendorFamily } from './vendor-block.ts'

/** A layer of the file, and what is kept in float so far. */
interface Place {
  readonly file: TopFile
  readonly i: number
  readonly name: string
  readonly operator: string
  readonly kept: Set<string>
  /** How often the block of the family is there. */
  readonly count: number
}
type Rule = (place: Place) => void

const keep =
  (...operators: readonly string[]): Rule =>
  ({ operator, name, kept }) => {
    if (operators.includes(operator)) kept.add(name)
  }
/** Layers of this operator are quantized, however they were chosen. */
const drop =
  (dropped: string): Rule =>
  ({ operator, name, kept }) => {
    if (operator === dropped) kept.delete(name)
  }
const all =
  (...rules: readonly Rule[]): Rule =>
  (place) => {
    for (const rule of rules) rule(place)
  }

/** The only one of some names; undefined where there are none or several. */
const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined)

const sumBeforeNorm: Rule = ({ operator, name, file, kept }) => {
  const operand = operator === 'top.LayerNorm' ? only(file.before(name)) : undefined
  if (file.operatorOf(operand) === 'top.Add') kept.add(operand!)
}
const sumWithoutNorm: Rule = ({ operator, name, file, kept }) => {
  if (operator === 'top.Add' && file.operatorOf(only(file.after(name))) !== 'top.LayerNorm') kept.add(name)
}
const sumOfNoNorm: Rule = ({ operator, name, file, kept }) => {
  if (operator === 'top.Add' && file.after(name).every((user) => file.operatorOf(user) !== 'top.LayerNorm')) kept.add(name)
}
const sums = keep('top.Add')

/** All before the first normalization of the file, where there are twenty blocks or more. */
const front: Rule = (place) => {
  const { file, i, operator, name, count, kept } = place
  const first = file.operators.findIndex((each) => each.startsWith('top.LayerNorm'))
  if (count < 20 || i >= first || operator === 'top.Input') return
  if (operator === 'top.Add') sumWithoutNorm(place)
  else kept.add(name)
}
const gatedProduct: Rule = ({ operator, name, file, kept }) => {
  const gated = operator === 'top.SiLU' ? only(file.after(name)) : undefined
  const [product] = file.operatorOf(gated) === 'top.Mul' ? file.after(gated) : []
  if (file.operatorOf(product) === 'top.MatMul') kept.add(product!)
}
const weightedProduct: Rule = ({ operator, name, file, kept }) => {
  const operands = operator === 'top.MatMul' ? file.before(name) : []
  if (operands.length === 2 && operands.some((operand) => file.operatorOf(operand) === 'top.Softmax')) kept.add(name)
}
const factorsOf =
  (source: string): Rule =>
  ({ operator, name, file, kept }) => {
    if (operator === 'top.Mul' && file.operatorOf(only(file.before(name))) === source) kept.add(name)
  }
const turnedBeforeNorm: Rule = ({ operator, name, file, kept }) => {
  const flat = operator === 'top.LayerNorm' ? only(file.before(name)) : undefined
  const turned = file.operatorOf(flat) === 'top.Reshape' ? only(file.before(flat)) : undefined
  if (file.operatorOf(turned) === 'top.Permute') kept.add(turned!)
}
const productOfGelu: Rule = ({ operator, name, file, kept }) => {
  const [user] = operator === 'top.GELU' ? file.after(name) : []
  if (file.operatorOf(user) === 'top.MatMul') kept.add(user!)
}
const allButProducts: Rule = ({ operator, name, file, kept }) => {
  if (['top.Conv', 'top.Scale', 'top.Reshape'].includes(operator)) return
  const source = operator === 'top.MatMul' ? file.operatorOf(only(file.before(name))) : undefined
  if (source !== 'top.LayerNorm' && source !== 'top.Reshape') kept.add(name)
}

const plainly = ['top.Abs', 'top.Reduce', 'top.Sqrt', 'top.Softmax', 'top.Gather', 'top.Slice', 'top.Squeeze', 'top.Arg', 'top.Concat']
/** The features' ends, and the first layers behind attention to texts. A division is called as it will be when it is deployed. */
const openclip: Rule = ({ operator, name, file, i, kept }) => {
  const lastProduct = file.operators.findLastIndex((each) => each.startsWith('top.MatMul'))
  const text = textBlockAt(file.operators)
  const users = file.after(name)
  const operands = file.before(name)
  const user = file.operatorOf(only(users))
  const isSum =
    ['top.Add', 'top.Slice', 'top.Gather'].includes(user ?? '') || operands.every((operand) => file.operatorOf(operand) === 'top.Add')
  if (i >= lastProduct || (i >= text + 27 && i <= text + 31) || plainly.includes(operator)) kept.add(name)
  else if (operator === 'top.Div') kept.add(`${name}_inv`)
  else if (operator === 'top.Mul' && user === 'top.Reduce') kept.add(name)
  else if (operator === 'top.Permute' && file.operatorOf(only(operands)) === 'top.Div') kept.add(name)
  else if (operator === 'top.Add' && isSum) kept.add(name)
}

const bert = productOfGelu
const largeBert = all(drop('top.GELU'), sumWithoutNorm, factorsOf('top.LayerNorm'))
const eva02 = all(drop('top.SiLU'), weightedProduct, factorsOf('top.Softmax'), sumOfNoNorm)
const swin = all(turnedBeforeNorm, sums)

/** What is kept beside sums in front of normalizations, SiLU and GELU. */
const rulesBy: Partial<Readonly<Record<VendorFamily, Rule>>> = {
  vit_block: all(drop('top.GELU'), front),
  eva_block: all(sums, gatedProduct),
  _eva_block: sums,
  eva02_block_v1: sums,
  eva02_block: eva02,
  eva02_smc_block: eva02,
  swin_block: swin,
  _swin_block: swin,
  swin_1_block: swin,
  _swin_1_block: keep('top.Add', 'top.Depth2Space'),
  bert_block: bert,
  bert_block_1: bert,
  insert_mul_bert_block: largeBert,
  insert_mul_bert_block_1: largeBert,
  insert_mul_bert_block_2: largeBert,
  bert_block_large_pt: largeBert,
  detr_block: allButProducts,
  detr_rc_50_block: allButProducts,
  clip_m2_encoder_block: sums,
  openclip_block: openclip,
}

/** Adds the layers of a transformer to those that are kept, layer by layer in the order of the file. */
export function keepTransformer(
  file: TopFile,
  { name: family, count, kept }: { name: VendorFamily; count: number; kept: Set<string> },
): void {
  const rule = all(sumBeforeNorm, keep('top.SiLU', 'top.GELU'), rulesBy[family] ?? (() => {}))
  for (const [i, name] of file.names.entries()) rule({ file, i, name, operator: file.operators[i]!, kept, count })
}
