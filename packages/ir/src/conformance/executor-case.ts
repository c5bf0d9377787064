import type { Attrs, Graph, TensorType } from '../graph/types.ts'
import { node, type SmallValue, smallGraph } from './small-graph.ts'

/** One node with operands whose results are known by hand. */
export interface ExecutorCase {
  readonly name: string
  readonly graph: Graph
  readonly feeds: Readonly<Record<string, readonly number[]>>
  readonly wanted: Readonly<Record<string, readonly number[]>>
  /** How far a float result may be off, relative to its size or 1. @default 0 */
  readonly tolerance?: number
}

/** An operand of a case: fed unless `constant`. */
export interface CaseOperand {
  readonly type: TensorType
  readonly numbers: readonly (number | bigint)[]
  readonly constant?: boolean
}

/** What one result must be. */
export interface CaseResult {
  readonly type: TensorType
  readonly wanted: readonly number[]
}

/** What a case says beside operands and results. */
export interface CaseOptions {
  readonly stage?: 'float' | 'quantized'
  readonly attrs?: Attrs
  readonly tolerance?: number
}

/** A fed operand. */
export const fed = (type: TensorType, numbers: readonly number[]): CaseOperand => ({ type, numbers })
/** A constant operand. */
export const held = (type: TensorType, numbers: readonly (number | bigint)[]): CaseOperand => ({ type, numbers, constant: true })
/** A result. */
export const gives = (type: TensorType, wanted: readonly number[]): CaseResult => ({ type, wanted })

/** A case of one node; operands are called `a`, `b`, … and results `y`, `z`. */
export function nodeCase(
  name: string,
  op: string,
  operands: readonly (CaseOperand | undefined)[],
  results: readonly CaseResult[],
  options: CaseOptions = {},
): ExecutorCase {
  const names = operands.map((operand, i) => (operand === undefined ? undefined : String.fromCharCode(97 + i)))
  const outputs = results.map((_, i) => String.fromCharCode(121 + i))
  const values: Record<string, SmallValue> = {}
  const feeds: Record<string, readonly number[]> = {}
  operands.forEach((operand, i) => {
    if (operand === undefined) return
    values[names[i]!] = { type: operand.type, ...(operand.constant === true ? { constant: operand.numbers } : {}) }
    if (operand.constant !== true) feeds[names[i]!] = operand.numbers.map(Number)
  })
  results.forEach((result, i) => {
    values[outputs[i]!] = { type: result.type }
  })
  const { stage = 'quantized', attrs = {}, tolerance } = options
  return {
    name: `${op}: ${name}`,
    graph: smallGraph({ stage, values, nodes: [node(op, names, outputs, attrs)], outputs }),
    feeds,
    wanted: Object.fromEntries(results.map((result, i) => [outputs[i]!, result.wanted])),
    ...(tolerance === undefined ? {} : { tolerance }),
  }
}
