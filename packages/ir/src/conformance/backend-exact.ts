import type { Backend } from '../contracts/backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import { codeLimitsOf } from '../graph/code-limits.ts'
import { valueOf } from '../graph/edges.ts'
import type { Graph, TensorType } from '../graph/types.ts'
import { roundTo } from '../number/rounding.ts'
import { type IntegerType, integerRange } from '../number/saturate.ts'
import { findScheme, schemeFor } from '../resolve/find-scheme.ts'
import { resolve } from '../resolve/resolve.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { isComputedOtherwise, type Outcome } from './backend-deviation.ts'
import { checkEmittedTypes } from './backend-emit.ts'
import { type ExactCase, multipleOf, wholeRange } from './backend-exact-cases.ts'
import { exactWeights } from './backend-exact-weights.ts'
import { run } from './backend-run.ts'
import { dice } from './dice.ts'
import { check } from './runner.ts'
import { f32, node, numbersOf, type SmallValue, smallGraph, tensorOf } from './small-graph.ts'

/** How a case is resolved and run. */
export interface ExactSettings {
  readonly mode: QuantMode
  readonly asymmetric: boolean
  readonly kind: 'around zero' | 'positive'
}

interface Network {
  readonly graph: Graph
  /** Where the chip has one scale for all weights though its scheme has one for each channel: the network it computes then. */
  readonly coarse?: Graph
  readonly table: ReadonlyMap<string, ObservedRange>
  readonly x: ReadonlyMap<string, Tensor>
}

/**
 * Fails when a code is not the one that the scheme's data say. Every scale is a power of two, so every encoding of a factor is exact; operands
 * and weights are codes, so float32 holds their sums: `code = saturate(round(number / scale) + zero point)` leaves nothing open but the
 * rounding, which is the scheme's. Ties are among the numbers.
 *
 * Says nothing where the back end's ranges are others than the table's, or no range of the scheme has a power of two for a scale.
 */
export async function checkExact(backend: Backend, each: ExactCase, settings: ExactSettings, executor: Executor): Promise<Outcome> {
  const ofMode = findScheme(backend.target, settings.mode, settings)
  const scheme = ofMode?.kind === 'integer' ? schemeFor(ofMode, each.form) : undefined
  const network = scheme === undefined ? undefined : networkOf(each, scheme, settings)
  if (network === undefined || scheme === undefined) return 'not run'
  const { graph, coarse, table, x } = network
  const { mode, asymmetric } = settings
  const resolution = resolve(graph, table, new Map(), backend, { mode, asymmetric })
  if (isComputedOtherwise(resolution, { layer: 'y', form: each.form }, backend)) return 'computed otherwise'
  const resolved = resolution.graph
  if (each.limit !== undefined) await checkEmittedTypes(backend, resolved, () => executor)
  const [output] = resolved.outputs as [string]
  const last = resolved.nodes.find(({ outputs }) => outputs.includes(output))
  const type = last?.op === 'DequantizeLinear' ? valueOf(resolved, last.inputs[0]!).type : undefined
  const operands = [...x.keys()].map((name) => quantizedFrom(resolved, name))
  if (type?.quant === undefined || !Number.isInteger(Math.log2(type.quant.scale))) return 'not run'
  if (operands.some((name, i) => name !== undefined && valueOf(resolved, name).type.quant!.scale !== each.steps[i])) return 'not run'
  const found = numbersOf((await run(executor, resolved, x, [last!.inputs[0]!])).get(last!.inputs[0]!)!)
  const expected = await admissible(each, scheme, type, x, [graph, ...(coarse === undefined ? [] : [coarse])], executor)
  const misses = expected.map((codes) => codes.flatMap((code, i) => (code === found[i] ? [] : [i])))
  const fewest = misses.reduce((best, list) => (list.length < best.length ? list : best))
  const nearest = expected[misses.indexOf(fewest)]!
  const [at] = fewest
  check(
    found.length === nearest.length && at === undefined,
    `${fewest.length} of ${found.length} codes are not what the scheme says, the first at ${at}: ${found[at ?? 0]}, not ${nearest[at ?? 0]}`,
  )
  return 'compared'
}

/** The code tensors that stand for the float network: rounded once, or where operands are brought to one scale, also one by one. */
async function admissible(
  { join, limit }: ExactCase,
  { rounding }: IntegerScheme,
  type: TensorType,
  x: ReadonlyMap<string, Tensor>,
  graphs: readonly Graph[],
  executor: Executor,
): Promise<readonly (readonly number[])[]> {
  const { requantize } = rounding
  const { scale, zeroPoint } = type.quant!
  const held = integerRange(type.dtype as IntegerType)
  const end = zeroPoint + roundTo(Number(graphs[0]!.nodes[0]!.attrs['reluLimit'] ?? 0) / scale, rounding.cast)
  const [min, max] = limit === undefined ? codeLimitsOf(type) : [held.min, Math.min(held.max, end)]
  const isRelu = (graph: Graph): boolean => graph.nodes[0]!.attrs['relu'] === true || graph.nodes[0]!.op === 'Relu'
  const floor = isRelu(graphs[0]!) ? Math.max(min, zeroPoint) : min
  const codeOf = (whole: number): number => Math.min(max, Math.max(floor, whole + zeroPoint))
  const found: number[][] = []
  for (const graph of graphs) {
    const reals = numbersOf((await run(executor, graph, x, ['y'])).get('y')!)
    found.push(reals.map((real) => codeOf(roundTo(real / scale, requantize))))
  }
  if (join === 'add' || join === 'subtract') {
    const [a, b] = [...x.values()].map((tensor) => numbersOf(tensor).map((real) => roundTo(real / scale, requantize)))
    found.push(a!.map((code, i) => codeOf(join === 'add' ? code + b![i]! : code - b![i]!)))
  }
  return found
}

function networkOf(each: ExactCase, scheme: IntegerScheme, { kind }: ExactSettings): Network | undefined {
  const { form, operands, result, weights, attrs = {}, limit, steps, reach, isQuiet = () => false } = each
  const multiple = multipleOf(scheme, each)
  const hasFloor = attrs['relu'] === true || form === 'Relu'
  const range = wholeRange(scheme.activations, kind)
  const resultRange = wholeRange(scheme.activations, hasFloor ? kind : 'around zero')
  const made = weights === undefined ? undefined : exactWeights(weights, scheme, { step: steps[0]!, multiple })
  if (range === undefined || resultRange === undefined || (weights !== undefined && made === undefined)) return undefined
  const resultStep = each.resultStep(made?.step ?? 1)
  const roll = dice(4711)
  const x = new Map<string, Tensor>()
  const table = new Map<string, ObservedRange>()
  const values: Record<string, SmallValue> = {}
  operands.forEach((shape, i) => {
    const [low, high] = [Math.max(range[0], -reach[i]!), Math.min(range[1], reach[i]!)].map((end) => Math.trunc(end / multiple)) as [
      number,
      number,
    ]
    const count = shape.reduce((all, d) => all * d, 1)
    const codes = Array.from({ length: count }, (_, k) => {
      const code = low + Math.floor(roll() * (high - low + 1))
      return isQuiet(k) && roll() < 0.9 ? 0 : code * multiple
    })
    values[`x${i}`] = { type: f32(...shape) }
    table.set(`x${i}`, rowOf(range, steps[i]!))
    x.set(
      `x${i}`,
      tensorOf(
        f32(...shape),
        codes.map((code) => code * steps[i]!),
      ),
    )
  })
  table.set('y', rowOf(resultRange, resultStep))
  const more = limit === undefined ? {} : { reluLimit: limit * resultStep }
  const op = node(form, [...x.keys(), ...(made?.names ?? [])], ['y'], { ...attrs, ...more })
  const graphOf = (constants: Readonly<Record<string, SmallValue>>): Graph =>
    smallGraph({ stage: 'float', values: { ...values, ...constants, y: { type: f32(...result) } }, nodes: [op], outputs: ['y'] })
  const coarse = made?.coarse === undefined ? {} : { coarse: graphOf(made.coarse) }
  return { graph: graphOf(made?.constants ?? {}), ...coarse, table, x }
}

function rowOf([low, high]: readonly [number, number], step: number): ObservedRange {
  const [min, max] = [low * step, high * step]
  return { threshold: Math.max(-min, max), min, max }
}

/** The codes an input of the network becomes first. */
function quantizedFrom(resolved: Graph, input: string): string | undefined {
  return resolved.nodes.find(({ op, inputs }) => op === 'QuantizeLinear' && inputs[0] === input)?.outputs[0]
}
