import { QError } from '@q/ir'
import type { OperandSignature, Signature } from '../signature/signature.ts'
import { checkHint } from './placed.ts'

/** The operands and results of a node by their names, without those that are left out at the end. */
interface NodeNames {
  readonly inputs: readonly (string | undefined)[]
  readonly outputs: readonly string[]
}

/**
 * Refuses a node that lacks an operand which its operator needs, that has more than the operator takes, or that makes nothing.
 *
 * @throws QError `ONNX_BAD_NODE`
 */
export function checkOperands(signature: Signature, { inputs, outputs }: NodeNames, opset: number, at: readonly string[]): void {
  const { name: op } = signature
  const needed = operandsIn(signature, opset).findIndex(({ presence }, i) => presence === 'one' && inputs[i] === undefined)
  const bad = (message: string, found: string): QError =>
    new QError('ONNX_BAD_NODE', message, { at, found, wanted: listed(operandsIn(signature, opset)), hint: checkHint })
  if (needed >= 0) throw bad(`${op} lacks its operand ${operandsIn(signature, opset)[needed]!.name}`, countOf(inputs.length))
  if (inputs.length > mostOperands(signature)) throw bad(`${op} has more operands than it takes`, countOf(inputs.length))
  if ((outputs[0] ?? '') === '') throw bad(`${op} makes nothing`, 'no name for its first result')
}

/** The operands in a version of the operator set; of an operator that is newer, those of its first version. */
function operandsIn({ operands, since }: Signature, opset: number): readonly OperandSignature[] {
  const fitting = [...operands].filter(([first]) => first <= Math.max(opset, since)).sort(([a], [b]) => b - a)
  return fitting[0]?.[1] ?? []
}

/** In any version: what a file gives too much for its own is read over by no one, and told where the form is found. */
function mostOperands({ operands }: Signature): number {
  const counts = [...operands.values()].map((list) =>
    list.some(({ presence }) => presence === 'many') ? Number.POSITIVE_INFINITY : list.length,
  )
  return Math.max(...counts)
}

const countOf = (count: number): string => (count === 0 ? 'no operands' : count === 1 ? '1 operand' : `${count} operands`)

const listed = (operands: readonly OperandSignature[]): string =>
  operands.length === 0
    ? 'no operands'
    : operands
        .map(({ name, presence }) =>
          presence === 'optional' ? `${name} (may be left out)` : presence === 'many' ? `${name} (any number)` : name,
        )
        .join(', ')
