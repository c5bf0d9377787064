import type { IntegerScheme, Scheme } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import { quantDefects } from '../graph/quant-defects.ts'
import type { Node, Value } from '../graph/types.ts'
import { largestMultiplierOf } from '../number/encode-factor.ts'
import { quantizedOps } from '../ops/op-set.ts'
import { storageArray } from '../tensor/tensor.ts'
import type { LoweredNode } from './lower-context.ts'

/** Whose lowering it is. */
export interface LoweringPlace {
  readonly layer: string
  readonly backend: string
  /** The schemes of the modes that the lowering asked about. */
  readonly schemes: Iterable<Scheme>
}

/** What is wrong with a lowering: a value, in words, and what would be right. */
interface Defect {
  readonly what: string
  readonly found: string
  readonly wanted: string
}

/**
 * Makes sure that what a lowering gave can be counted with: every result has a type, every scale is a number above 0, zero points are codes, and
 * elements stand in the array of their type, and
 * multipliers and shifts are whole numbers that the encodings of its schemes can be. No element is looked at.
 *
 * @throws QError `LOWERING_INVALID` naming the layer, the back end, and the value
 */
export function checkLowered(lowered: LoweredNode, { layer, backend, schemes }: LoweringPlace): void {
  const nodes = [...(lowered.hoisted ?? []), ...lowered.nodes]
  const values = new Map(lowered.values.map((value) => [value.name, value]))
  const largest = largestMultiplier(schemes)
  for (const value of lowered.values) refuse(quantDefect(value) ?? storageDefect(value))
  for (const node of nodes) {
    for (const name of node.outputs) refuse(values.has(name) ? undefined : untyped(name))
    if (quantizedOps.has(node.op)) refuse(multiplierDefect(node, largest) ?? shiftDefect(node) ?? realFactorDefect(node))
  }

  function refuse(defect: Defect | undefined): void {
    if (defect === undefined) return
    const { what, found, wanted } = defect
    throw new QError('LOWERING_INVALID', `${backend} lowers ${layer} to something that cannot be computed: ${what}`, {
      at: [layer],
      found,
      wanted,
      hint: 'correct the lowering of this operator in the back end, or keep the layer in another mode in the quantization table',
    })
  }
}

const untyped = (name: string): Defect => ({
  what: `a node makes ${name}, and no value says of what type it is`,
  found: 'no value of that name',
  wanted: 'a value for every result, with its type',
})

function quantDefect({ name, type, ...value }: Value): Defect | undefined {
  const { quant } = type
  if (quant === undefined) return undefined
  const wrong = [quant.scale, ...(quant.scales ?? [])].find((scale) => !(scale > 0 && scale < Infinity))
  if (wrong !== undefined) return { what: `the scale of ${name}`, found: String(wrong), wanted: 'a finite number above 0' }
  const [defect] = quantDefects({ ...value, name, type, isConstant: false })
  return defect === undefined ? undefined : { what: defect.message, found: defect.found ?? '', wanted: defect.wanted ?? '' }
}

/** Codes stand in the array of their type; 16-bit floats also as numbers. */
function storageDefect({ name, constant }: Value): Defect | undefined {
  if (constant === undefined) return undefined
  const { dtype, data } = constant
  const arrays = dtype === 'f16' || dtype === 'bf16' ? [storageArray[dtype], Float32Array] : [storageArray[dtype]]
  if (arrays.some((array) => data instanceof array)) return undefined
  return {
    what: `the elements of ${name}, of type ${dtype}`,
    found: data.constructor.name,
    wanted: arrays.map((array) => array.name).join(' or '),
  }
}

const listOf = (node: Node, name: string): readonly unknown[] => {
  const list = node.attrs[name]
  return Array.isArray(list) ? list : []
}

function multiplierDefect(node: Node, largest: number): Defect | undefined {
  const wrong = listOf(node, 'multipliers').find((each) => !(Number.isInteger(each) && Math.abs(Number(each)) <= largest))
  if (wrong === undefined) return undefined
  return {
    what: `a multiplier of ${node.op} ${node.outputs[0]}`,
    found: String(wrong),
    wanted: `a whole number of at most ${largest}, which the scheme's encodings end at`,
  }
}

/** A factor of 2^63 is beyond every code; how far a shift goes to the right is open, and from 63 on nothing is left. */
function shiftDefect(node: Node): Defect | undefined {
  const wrong = listOf(node, 'shifts').find((each) => !(Number.isInteger(each) && Number(each) >= -63))
  if (wrong === undefined) return undefined
  return { what: `a shift of ${node.op} ${node.outputs[0]}`, found: String(wrong), wanted: 'a whole number of at least -63' }
}

/** The factor in real numbers that some operators have beside multipliers. */
function realFactorDefect(node: Node): Defect | undefined {
  const { scale } = node.attrs
  if (scale === undefined || Number.isFinite(scale)) return undefined
  return { what: `the factor of ${node.op} ${node.outputs[0]}`, found: String(scale), wanted: 'a finite number' }
}

/** The largest multiplier that some encoding of the schemes can be; without a scheme on codes what 32 bits hold. */
function largestMultiplier(schemes: Iterable<Scheme>): number {
  const integers = [...schemes].filter((scheme): scheme is IntegerScheme => scheme.kind === 'integer')
  const all = integers.flatMap(({ multipliers }) => Object.values(multipliers).map(largestMultiplierOf))
  return all.length === 0 ? 2 ** 31 - 1 : Math.max(...all)
}
