import type { DType } from '@q/ir'
import { QError } from '@q/ir'
import { isFloat } from '../fold/literal.ts'
import type { OperandSignature, Signature } from '../signature/signature.ts'
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
 * Refuses a node that lacks an operand which its operator needs in this version of the operator set, that has more than the operator takes, of
 * another kind than it takes or of types that differ, one without a name among those of which it takes any number, or that makes nothing.
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
  const dtypes = inputs.map((name) => (name === undefined ? undefined : node.dtypeOf(name)))
  for (const [i, { name, of }] of operands.entries()) {
    const kind = kindOf(dtypes[i])
    if (of !== undefined && kind !== undefined && kind !== of)
      throw bad(`${op} has an operand of another type than it takes`, `${kind} in ${name}`, of)
  }
  const known = alike.has(op) ? new Set(dtypes.filter((dtype) => dtype !== undefined)) : new Set<string>()
  if (known.size > 1) throw bad(`the operands of ${op} have different types`, [...known].join(' and '), 'one type')
}

/** Operators whose operands are all of one type. */
const alike = new Set(
  'Add Sub Mul Div Mod Equal Greater Less GreaterOrEqual LessOrEqual Max Min Sum Mean Concat MatMul Gemm PRelu Einsum'.split(' '),
)

const kindOf = (dtype: DType | undefined): 'float' | 'bool' | 'integers' | undefined =>
  dtype === undefined ? undefined : isFloat(dtype) ? 'float' : dtype === 'bool' ? 'bool' : 'integers'

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
