import type { Backend } from '../contracts/backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import { valueOf } from '../graph/edges.ts'
import type { Graph } from '../graph/types.ts'
import { verifyQuantized } from '../graph/verify-quantized.ts'
import { findScheme, schemeFor } from '../resolve/find-scheme.ts'
import { resolve } from '../resolve/resolve.ts'
import type { Resolved } from '../resolve/resolved.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { isComputedOtherwise, type Outcome } from './backend-deviation.ts'
import { checkEncodings } from './backend-encodings.ts'
import type { ExactSettings } from './backend-exact.ts'
import { wholeRange } from './backend-exact-cases.ts'
import { run } from './backend-run.ts'
import { compareCodes, resultsOf } from './network-codes.ts'
import { codeGrid, floatGrid, type NumberedNetwork, numbered } from './network-numbers.ts'
import type { OperatorNetwork } from './operator-networks.ts'
import { check } from './runner.ts'
import { numbersOf } from './small-graph.ts'

/**
 * Fails when the codes of a network are not what the scheme says of the float network: operands and constants are whole numbers of steps that
 * are powers of two, so every factor is exact and `code = saturate(round(number / scale) + zero point)` leaves only the rounding open. Where the chip gives a value
 * another scale, a hundredth of the number and a code and a half are allowed. What the chip computes in floats is held as {@link checkFloatNetwork} does.
 */
export async function checkNetwork(
  backend: Backend,
  network: OperatorNetwork,
  settings: ExactSettings,
  executor: Executor,
): Promise<Outcome> {
  const { mode, asymmetric, kind } = settings
  const ofMode = findScheme(backend.target, mode, settings)
  const scheme = ofMode?.kind === 'integer' ? schemeFor(ofMode, network.form) : undefined
  const grid = scheme === undefined ? undefined : codeGrid(network, scheme, kind)
  if (grid === undefined || scheme === undefined) return 'not run'
  const made = numbered(network, grid)
  const floats = await resultsOf(executor, made)
  const resolveWith = (rows: 'scale of its own' | 'scale of the operand'): Resolved | undefined => {
    const table = tableOf(made, floats[0]!, scheme, { kind, rows })
    return resolveOrRefuse(() => resolve(made.graph, table, new Map(), backend, { mode, asymmetric }))
  }
  const place = { layer: 'y', form: network.form } as const
  let resolution = resolveWith('scale of its own')
  // Where the chip computes otherwise because scales differ, it is compared where they do not.
  if (resolution !== undefined && isComputedOtherwise(resolution, place, backend)) resolution = resolveWith('scale of the operand')
  if (resolution === undefined) return 'not run'
  const resolved = resolution.graph
  verifyQuantized(resolved)
  checkEncodings(resolved, scheme)
  if (isComputedOtherwise(resolution, place, backend)) return 'computed otherwise'
  const maker = resolved.nodes.find(({ outputs }) => outputs.includes(resolved.outputs[0]!))
  const isOnCodes = maker?.op === 'DequantizeLinear'
  const fetched = isOnCodes ? maker.inputs[0]! : resolved.outputs[0]!
  const found = numbersOf((await run(executor, resolved, made.x, [fetched])).get(fetched)!)
  if (isOnCodes) await compareCodes({ network, made, scheme, resolved, type: valueOf(resolved, fetched).type }, found, executor)
  else compareFloats(found, floats[0]!, precisionOf(resolved))
  return 'compared'
}

/** Fails when the results of a network in a float mode are others than in float32, by more than a few last digits of the coarsest type on the way. */
export async function checkFloatNetwork(backend: Backend, network: OperatorNetwork, mode: QuantMode, executor: Executor): Promise<Outcome> {
  const made = numbered(network, floatGrid(network))
  const wanted = (await resultsOf(executor, made))[0]!
  const resolution = resolveOrRefuse(() => resolve(made.graph, undefined, new Map(), backend, { mode }))
  if (resolution === undefined) return 'not run'
  const resolved = resolution.graph
  verifyQuantized(resolved)
  if (isComputedOtherwise(resolution, { layer: 'y', form: network.form }, backend)) return 'computed otherwise'
  const [output] = resolved.outputs as [string]
  compareFloats(numbersOf((await run(executor, resolved, made.x, [output])).get(output)!), wanted, precisionOf(resolved))
  return 'compared'
}

/** A network that the chip refuses by name is not run: that it has the operator at all, other tests hold. */
function resolveOrRefuse(make: () => Resolved): Resolved | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof QError && error.code !== 'BACKEND_FAILED') return undefined
    throw error
  }
}

/**
 * Rows in which each operand has its step, and the result that of the first operand, or a scale of its own: the least power of two in which its numbers
 * fit; where that is the operand's, four times or half of it.
 */
function tableOf(
  { x, steps, graph }: NumberedNetwork,
  results: readonly number[],
  { activations }: IntegerScheme,
  { kind, rows }: Pick<ExactSettings, 'kind'> & { readonly rows: 'scale of its own' | 'scale of the operand' },
): ReadonlyMap<string, ObservedRange> {
  const rowOf = ([low, high]: readonly [number, number], step: number): ObservedRange => {
    const [min, max] = [low * step, high * step]
    return { threshold: Math.max(-min, max), min, max }
  }
  const table = new Map([...x.keys()].map((name) => [name, rowOf(wholeRange(activations, kind)!, steps.get(name)!)]))
  const finite = results.filter((real) => Number.isFinite(real) && Math.abs(real) < 2 ** 20)
  const isPositive = kind === 'positive' && finite.every((real) => real >= 0)
  const range = wholeRange(activations, isPositive ? 'positive' : 'around zero')!
  const needed = Math.max(...finite.map((real) => real / (real < 0 ? range[0] || -range[1] : range[1])), 2 ** -16)
  const fitting = 2 ** Math.ceil(Math.log2(needed))
  const operand = steps.get('x0') ?? 1
  const own = fitting !== operand ? fitting : kind === 'positive' ? operand / 2 : operand * 4
  const step = rows === 'scale of the operand' ? operand : own
  for (const name of graph.outputs) table.set(name, rowOf(range, step))
  return table
}

const digits = { bf16: 2 ** -8, f16: 2 ** -11 } as const

/** The last digit of the coarsest float on the way. */
function precisionOf({ values }: Graph): number {
  const types = new Set([...values.values()].map(({ type }) => type.dtype))
  return types.has('bf16') ? digits.bf16 : types.has('f16') ? digits.f16 : 2 ** -20
}

function compareFloats(found: readonly number[], wanted: readonly number[], precision: number): void {
  const largest = Math.max(...wanted.filter(Number.isFinite).map(Math.abs), 2 ** -20)
  const bound = 8 * precision * largest
  const off = found.findIndex(
    (number, i) => Number.isFinite(wanted[i]) && Math.abs(wanted[i]!) < 6e4 && !(Math.abs(number - wanted[i]!) <= bound),
  )
  check(found.length === wanted.length && off < 0, `result ${off} is ${found[off]}, ${wanted[off]} in float32; ${bound} is allowed`)
}
