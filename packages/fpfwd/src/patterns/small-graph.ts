import type { Node } from '@q/ir'
import type { SmallGraph } from './family.ts'
import type { Network } from './network.ts'

/** An operand of a node of a small graph. */
export interface Operand {
  readonly name: string
  /** Layers that only move elements may lie between. */
  readonly through: boolean
}

/** A node of a small graph. */
export interface Wanted {
  readonly name: string
  /** Operators it may be, or may not be; empty for any. */
  readonly operators: readonly string[]
  readonly isAnyBut: boolean
  readonly operands: readonly Operand[]
}

/** A small graph that was read. */
export interface Pattern {
  readonly nodes: ReadonlyMap<string, Wanted>
  readonly last: Wanted
}

const nodeText = /^(!?)\s*([\w.]+(?:[+-]\w+)?(?:\s*\|\s*[\w.]+(?:[+-]\w+)?)*|\*)\s*(?:\(([^()]*)\))?$/

/** A node of a small graph; undefined where the text is none. */
export function wantedOf(name: string, text: string): Wanted | undefined {
  const found = nodeText.exec(text.trim())
  if (found === null) return undefined
  const [, not = '', operators = '', operands = ''] = found
  return {
    name,
    operators: operators === '*' ? [] : wordsOf(operators, '|'),
    isAnyBut: not === '!' || operators === '*',
    operands: wordsOf(operands, ',').map((word) => ({ name: word.replace(/~$/, '').trim(), through: word.endsWith('~') })),
  }
}

/** A small graph, read; operands that are made of most come first. What `checkFamily` lets pass can be read. */
export function patternOf(block: SmallGraph): Pattern {
  const read = new Map(Object.entries(block).map(([name, text]) => [name, wantedOf(name, text)!]))
  const sizes = new Map<string, number>()
  const sizeOf = (name: string): number => {
    const known = sizes.get(name)
    if (known !== undefined) return known
    const size = read.get(name)!.operands.reduce((sum, operand) => sum + sizeOf(operand.name), 1)
    sizes.set(name, size)
    return size
  }
  const sorted = [...read.values()].map((want) => ({
    ...want,
    operands: want.operands.toSorted((a, b) => sizeOf(b.name) - sizeOf(a.name)),
  }))
  return { nodes: new Map(sorted.map((want) => [want.name, want])), last: sorted.at(-1)! }
}

/** Whether a layer is what a node of a small graph may be. */
export function isOf({ operatorOf }: Network, node: Node, { operators, isAnyBut }: Wanted): boolean {
  const isOne = operators.some((text) => {
    const { operator, sign, fused } = operatorIn(text)
    return operatorOf(node) === operator && (fused === undefined || (node.attrs[fused] === true) === (sign === '+'))
  })
  return isOne !== isAnyBut
}

/** The parts of `Conv`, `Conv+relu` and `Conv-relu`. */
export function operatorIn(text: string): { readonly operator: string; readonly sign?: string; readonly fused?: string } {
  const [operator = '', sign, fused] = text.split(/([+-])/)
  return sign === undefined || fused === undefined ? { operator } : { operator, sign, fused }
}

const wordsOf = (text: string, border: string): readonly string[] =>
  text
    .split(border)
    .map((word) => word.trim())
    .filter((word) => word !== '')
