import type { DType } from '@q/ir'
import { QError } from '@q/ir'
import { isFloat } from '../fold/literal.ts'
import type { OperandKind, OperandSignature, Signature } from '../signature/signature.ts'
import { operandsIn } from '../signature/signatures.ts'
import { checkHint } from './placed.ts'

/** The operands and results of a node by their names, without those that are left out at the end. */
export interface NodeNames {
  readonly inputs: readonly (string | undefined)[]
  readonly outputs: readonly string[]
  /** The operands as the file has them, with the empty names of those that are left out. */
  readonly written: readonly string[]
  /** The element type of an operand, where it is known. */
  dtypeOf(operand: string): DType | undefined
}

/**
 * Refuses a node that lacks an operand which its operator needs in this version of the operator set, that has more than the operator takes,
 * one without a name among those of which it takes any number, or that makes nothing.
 *
 * @throws QError `ONNX_BAD_NODE`
 */
export function checkOperands(signature: Signature, node: NodeNames, opset: number, at: readonly string[]): void {
  const { name: op } = signature
  const { inputs, outputs } = node
  const operands = operandsIn(signature, opset)
  const needed = operands.findIndex(({ presence }, i) => presence === 'one' && inputs[i] === undefined)
  const bad = (message: string, found: string, wanted = listed(operands)): QError =>
    new QError('ONNX_BAD_NODE', message, { at, found, wanted, hint: checkHint })
  if (needed >= 0) throw bad(`${op} lacks its operand ${operands[needed]!.name}`, countOf(inputs.length))
  if (inputs.length > mostOf(operands)) {
    const later = [...signature.operands].find(([first, each]) => first > opset && inputs.length <= mostOf(each))?.[0]
    throw bad(
      `${op} has more operands than it takes`,
      countOf(inputs.length),
      `${listed(operands)}${later === undefined ? '' : `, in version ${opset} of the operator set; more from version ${later} on`}`,
    )
  }
  const nameless = operands.findIndex(({ presence }) => presence === 'many')
  if (nameless >= 0 && node.written.slice(nameless).includes(''))
    throw bad(`${op} has an operand without a name`, `${countOf(node.written.length)}, one of them ''`)
  if ((outputs[0] ?? '') === '') throw bad(`${op} makes nothing`, 'no name for its first result')
}

/**
 * Refuses a node with an operand of another kind than its operator takes, or with operands whose types differ where they have to be of one.
 *
 * @throws QError `ONNX_BAD_NODE`
 */
export function checkTypes(signature: Signature, node: NodeNames, opset: number, at: readonly string[]): void {
  const { name: op } = signature
  const operands = operandsIn(signature, opset)
  const bad = (message: string, found: string, wanted: string): QError =>
    new QError('ONNX_BAD_NODE', message, { at, found, wanted, hint: checkHint })
  const dtypes = node.inputs.map((name) => (name === undefined ? undefined : node.dtypeOf(name)))
  for (const [i, dtype] of dtypes.entries()) {
    const { name, of } = operands[Math.min(i, operands.length - 1)]!
    if (of !== undefined && dtype !== undefined && !kinds[of].takes(dtype))
      throw bad(`${op} has an operand of another type than it takes`, `${kindOf(dtype)} in ${name}`, kinds[of].words)
  }
  const known = alike.has(op) ? new Set(dtypes.filter((dtype) => dtype !== undefined)) : new Set<string>()
  if (known.size > 1) throw bad(`the operands of ${op} have different types`, [...known].join(' and '), 'one type')
}

/** Operators whose operands are all of one type. */
const alike = new Set(
  'Add Sub Mul Div Mod Equal Greater Less GreaterOrEqual LessOrEqual Max Min Sum Mean Concat MatMul Gemm PRelu Einsum'.split(' '),
)

const kindOf = (dtype: DType): string =>
  isFloat(dtype) ? 'float' : dtype === 'bool' ? 'bool' : dtype === 'i32' || dtype === 'i64' ? dtype : 'integers'
const isInteger = (dtype: DType): boolean => dtype !== 'bool' && !isFloat(dtype)

/** What fits each kind of operands, and what errors call it. */
const kinds: Readonly<Record<OperandKind, { readonly words: string; takes(dtype: DType): boolean }>> = {
  bool: { words: 'bool', takes: (dtype) => dtype === 'bool' },
  float: { words: 'float', takes: isFloat },
  number: { words: 'float or integers', takes: (dtype) => dtype !== 'bool' },
  int: { words: 'integers', takes: isInteger },
  index: { words: 'i32 or i64', takes: (dtype) => dtype === 'i32' || dtype === 'i64' },
  i64: { words: 'i64', takes: (dtype) => dtype === 'i64' },
}

const mostOf = (operands: readonly OperandSignature[]): number =>
  operands.some(({ presence }) => presence === 'many') ? Number.POSITIVE_INFINITY : operands.length

const countOf = (count: number): string => (count === 0 ? 'no operands' : count === 1 ? '1 operand' : `${count} operands`)

const listed = (operands: readonly OperandSignature[]): string =>
  operands.length === 0
    ? 'no operands'
    : operands
        .map(({ name, presence }) =>
          presence === 'optional' ? `${name} (may be left out)` : presence === 'many' ? `${name} (any number)` : name,
        )
        .join(', ')
