import type { Backend } from '../contracts/backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { FloatScheme } from '../contracts/scheme.ts'
import { inferNode } from '../graph/node-types.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Attrs, Graph } from '../graph/types.ts'
import { bf16Styles } from '../number/bf16.ts'
import { allOps } from '../ops/op-set.ts'
import { resolve } from '../resolve/resolve.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Outcome } from './backend-deviation.ts'
import { run } from './backend-run.ts'
import { computedIn } from './declared-mode.ts'
import { check } from './runner.ts'
import { f32, node, numbersOf, type SmallValue, smallGraph, tensorOf } from './small-graph.ts'

/** A network whose results are the elements of its constants, or these negated, whatever the float type: operands are zeros and ones. */
export interface FloatConstantCase {
  readonly form: OpForm
  readonly title: string
  readonly operand: SmallValue
  /** The operands of the node: `x`, the shape of a constant that is examined, or one that leaves the results as they are. */
  readonly operands: readonly ('x' | readonly number[] | SmallValue)[]
  readonly attrs: Attrs
}

const filled = (value: number, ...shape: readonly number[]): SmallValue => ({
  type: f32(...shape),
  constant: new Array<number>(shape.reduce((product, d) => product * d, 1)).fill(value),
})
/** 1 where the channel (or row) is the place (or column), else 0. */
const unit = (...shape: readonly number[]): SmallValue => ({
  type: f32(...shape),
  constant: Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
})
/** Numbers of one size whose neighbours along each axis have other signs: their mean is nothing, and normalized they are plus and minus one. */
const alternating = (...shape: readonly number[]): SmallValue => ({
  type: f32(...shape),
  constant: Array.from({ length: shape.reduce((product, d) => product * d, 1) }, (_, i) => {
    let [rest, places] = [i, 0]
    for (const d of shape.toReversed()) {
      places += rest % d
      rest = Math.floor(rest / d)
    }
    return places % 2 === 0 ? 64 : -64
  }),
})
const image = [1, 4, 6, 6]
const window = { strides: [1, 1], pads: [0, 0, 0, 0] }

const caseOf = (
  form: OpForm,
  title: string,
  operand: SmallValue,
  operands: FloatConstantCase['operands'],
  attrs: Attrs = {},
): FloatConstantCase => ({ form, title, operand, operands, attrs })

/** What leaves the other operand of an operator as it is. */
const neutral = { Add: 0, Sub: 0, Mul: 1, Max: -64, Min: 64 } as const
const pairs = Object.entries(neutral).flatMap(([form, value]) => [
  caseOf(form as OpForm, 'a constant tensor', filled(value, ...image), ['x', image]),
  caseOf(form as OpForm, 'a constant for each channel', filled(value, ...image), ['x', [1, 4, 1, 1]]),
  caseOf(`${form}#constant` as OpForm, 'a number', filled(value, ...image), ['x', [1]]),
])

/** The networks, by the form of the operator that has the constant. */
export const floatConstantCases: readonly FloatConstantCase[] = [
  caseOf('Conv', 'weights', unit(1, 4, 2, 2), ['x', [5, 4, 1, 1]], window),
  caseOf('Conv', 'a bias', filled(0, 1, 4, 2, 2), ['x', [5, 4, 1, 1], [5]], window),
  caseOf('ConvTranspose', 'weights', unit(1, 4, 2, 2), ['x', [4, 5, 1, 1]], window),
  caseOf('ConvTranspose', 'a bias', filled(0, 1, 4, 2, 2), ['x', [4, 5, 1, 1], [5]], window),
  caseOf('MatMul', 'weights', unit(1, 4, 4), ['x', [4, 5]]),
  caseOf('MatMul', 'a bias', filled(0, 1, 4, 4), ['x', [4, 5], [5]]),
  ...pairs,
  caseOf('Div', 'a constant on the left', filled(1, ...image), [image, 'x']),
  caseOf('Concat', 'a constant operand', filled(1, ...image), ['x', [1, 2, 6, 6]], { axis: 1 }),
  caseOf('PRelu', 'slopes', filled(-1, ...image), ['x', [1, 4, 1, 1]]),
  caseOf('LayerNormalization', 'a bias', filled(0, 1, 4, 6), ['x', [6], [6]]),
  caseOf('GroupNormalization', 'a bias', filled(0, ...image), ['x', [1, 4, 1, 1], [1, 4, 1, 1]], { num_groups: 2 }),
  caseOf('LayerNormalization', 'scales', alternating(1, 4, 6), ['x', [6]]),
  caseOf('RMSNormalization', 'scales', alternating(1, 4, 6), ['x', [6]]),
  caseOf('GroupNormalization', 'scales', alternating(...image), ['x', [1, 4, 1, 1]], { num_groups: 2 }),
  caseOf('InstanceNormalization', 'scales', alternating(...image), ['x', [1, 4, 1, 1]]),
  caseOf('PixelNormalization', 'scales', alternating(...image), ['x', [1, 4, 1, 1]]),
  caseOf('PixelNormalization', 'a bias', filled(0, ...image), ['x', [1, 4, 1, 1], [1, 4, 1, 1]]),
  caseOf('Affine', 'scales', filled(1, ...image), ['x', [1, 4, 1, 1], filled(0, 1, 4, 1, 1)]),
  caseOf('Affine', 'a bias', filled(0, ...image), ['x', [1, 4, 1, 1], [1, 4, 1, 1]]),
  caseOf('InstanceNormalization', 'a bias', filled(0, ...image), ['x', [1, 4, 1, 1], [1, 4, 1, 1]]),
]

/**
 * Fails when a constant of a layer in a float mode is further from the network's than one rounding to the float type of that mode: half a last digit, a whole one where
 * the scheme cuts bfloat16 off. Numbers with fewer digits than the type has are no rounding of it.
 */
export async function checkFloatConstants(
  backend: Backend,
  each: FloatConstantCase,
  mode: QuantMode,
  executor: Executor,
): Promise<Outcome> {
  const { form, operand } = each
  const { target } = backend
  const scheme = target.schemes[computedIn(target, form, mode) ?? mode]
  if (scheme?.kind !== 'float') return 'not run'
  const graph = graphOf(each)
  const x = new Map([['x', tensorOf(operand.type, operand.constant!)]])
  const wanted = numbersOf((await run(executor, graph, x, ['y'])).get('y')!)
  const resolved = resolve(graph, undefined, new Map(), backend, { mode }).graph
  const [output] = resolved.outputs as [string]
  const found = numbersOf((await run(executor, resolved, x, [output])).get(output)!)
  const digit = lastDigit(scheme)
  const off = found.findIndex((number, i) => !(Math.abs(number - wanted[i]!) <= digit * Math.abs(wanted[i]!)))
  check(
    found.length === wanted.length && off < 0,
    `the constant ${wanted[off]} has become ${found[off]}, which is not its rounding to ${scheme.dtype}`,
  )
  return 'compared'
}

/** The largest error of a rounding to the type, relative to the number. */
function lastDigit({ dtype, bf16 = 'flush' }: FloatScheme): number {
  if (dtype === 'f32') return 2 ** -23
  if (dtype === 'f16') return 2 ** -11
  return bf16Styles[bf16].rounding === 'half-to-even' ? 2 ** -8 : 2 ** -7
}

function graphOf({ form, operand, operands, attrs }: FloatConstantCase): Graph {
  const values: Record<string, SmallValue> = { x: { type: operand.type } }
  const names = operands.map((each, place) => {
    if (each === 'x') return 'x'
    if ('type' in each) {
      values[`c${place}`] = each
      return `c${place}`
    }
    const count = each.reduce((product, d) => product * d, 1)
    // All digits of float32, and none so small that a float type of 16 bits had fewer of its own.
    const constant = Array.from({ length: count }, (_, i) => Math.fround((i % 2 === 0 ? 1 : -1) * (1 + ((0.618034 * (i + 1)) % 1))))
    values[`c${place}`] = { type: f32(...each), constant }
    return `c${place}`
  })
  const op = node(form.replace('#constant', ''), names, ['y'], attrs)
  const [type] = inferNode(op, allOps, (name) => values[name]!.type)
  return smallGraph({ stage: 'float', values: { ...values, y: { type: f32(...type!.shape) } }, nodes: [op], outputs: ['y'] })
}
