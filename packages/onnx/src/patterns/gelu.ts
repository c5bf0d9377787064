import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { keepsShape, numberOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { factorsOf, madeBy, withNumber } from './match.ts'

/**
 * `x * (1 + erf(x / sqrt 2))`, halved last, and `x / 2 * (1 + tanh(…))` are a GELU and named so. TPU-MLIR 1.30.2 computes both by erf, which is
 * 5e-4 off what the second says.
 */
export const gelu: Rule = (net, node) => {
  const halvedLast = numberBeside(net, node, 0.5) !== undefined
  return anyGelu(net, node, 'GELU', halvedLast ? erfOf : tanhOf, halvedLast ? 'none' : 'tanh')
}

/** The same by erf with its factors in another order is a GELU under the name of the product. */
export const looseGelu: Rule = (net, node) => anyGelu(net, node, 'Gelu', erfOf, 'none')

type Cdf = (net: GraphDraft, name: string) => string | undefined

function anyGelu(net: GraphDraft, node: Node, op: string, cdf: Cdf, approximate: 'none' | 'tanh'): boolean {
  const factors = factorsOf(net, node)
  const inner = factors.map((name) => (name === '/2' ? undefined : cdf(net, name))).findIndex((x) => x !== undefined)
  if (inner < 0) return false
  const x = cdf(net, factors[inner]!)!
  const rest = factors.filter((_, i) => i !== inner)
  const halved = rest.filter((name) => name === '/2' || near(numberOf(net, name, true), 0.5))
  if (rest.length !== 2 || halved.length !== 1 || !rest.includes(x) || !keepsShape(net, node, x)) return false
  net.change(node, { op, inputs: [x], attrs: { approximate } })
  return true
}

/** How far a constant may be from its own value, as a part of it: no result is 1e-6 off by that much. It takes in a root of two of five decimals. */
const exactly = 3e-6

const near = (a: number | undefined, b: number): boolean => a !== undefined && Math.abs(a - b) <= exactly * b

const numberBeside = (net: GraphDraft, node: Node | undefined, value: number): string | undefined =>
  withNumber(net, node, value, exactly * Math.min(1, value))

/** The `x` of `1 + erf(x / sqrt 2)`. */
const erfOf: Cdf = (net, name) => {
  const erf = madeBy(net, numberBeside(net, madeBy(net, name, 'Add'), 1), 'Erf')
  const scaled = erf === undefined ? undefined : net.producer(erf.inputs[0]!)
  return scaled?.op === 'Div'
    ? numberBeside(net, scaled, Math.SQRT2)
    : scaled?.op === 'Mul'
      ? numberBeside(net, scaled, Math.SQRT1_2)
      : undefined
}

/** The `x` of `1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))`. */
const tanhOf: Cdf = (net, name) => {
  const tanh = madeBy(net, numberBeside(net, madeBy(net, name, 'Add'), 1), 'Tanh')
  return tanh === undefined ? undefined : cubic(net, madeBy(net, tanh.inputs[0], 'Mul'))
}

function cubic(net: GraphDraft, outer: Node | undefined): string | undefined {
  const inner = madeBy(net, numberBeside(net, outer, Math.sqrt(2 / Math.PI)), 'Add')
  if (inner === undefined) return undefined
  for (const side of [0, 1] as const) {
    const cube = numberBeside(net, madeBy(net, inner.inputs[side], 'Mul'), 0.044715)
    const x = inner.inputs[1 - side]!
    if (cube === undefined) continue
    const power = numberBeside(net, madeBy(net, cube, 'Pow'), 3)
    const product = madeBy(net, cube, 'Mul')
    if (power === x || (product !== undefined && factorsOf(net, product).every((each) => each === x))) return x
  }
  return undefined
}
