import { type Family, type FoundPattern, families, floatParts, floatPatterns, floatShapes, manualFamilies, type PartMode } from '@q/fpfwd'
import { didYouMean, formatQuantPlan, type Graph, type Plan, QError, type QuantMode, type Target } from '@q/ir'
import { floatOps } from '@q/ir/ops'
import { createExtendedQuantPlan, tableFingerprintOf } from '@q/ir/tables'
import type { Context } from '../context.ts'
import { timestampOf } from '../context.ts'
import { topLayers } from './top-layers.ts'

/** Which layers stay in float before anything is measured. */
export interface FloatLayerChoice {
  /** Families that are tried before the known ones; `none` for no family at all. @default the known ones */
  readonly patterns?: readonly Family[] | 'none'
  /** The families of TPU-MLIR's manual in the place of all others. @default false */
  readonly manual?: boolean
  /** TPU-MLIR's own answer. @default false */
  readonly vendorExact?: boolean
  /** Operators that are quantized; all others stay in float. @default all are quantized */
  readonly part?: PartMode | readonly string[]
}

/** Layers that stay in float, and why. */
export interface FloatLayers {
  readonly plan: Plan
  /** Of a family, or because only some operators are quantized. */
  readonly pattern: readonly string[]
  /** Layers that compute shapes. */
  readonly shape: readonly string[]
  readonly found?: FoundPattern
  /** One line about it; absent where nothing was found. */
  readonly line?: string
  readonly choice: FloatLayerChoice
}

/**
 * The layers that stay in float before anything is measured: those of the network's family, those that compute shapes, and those that only
 * some operators being quantized leaves out.
 *
 * @param floatMode the float mode of layers that stay in float
 * @throws QError `OPERATOR_UNKNOWN` for an operator that no network has
 */
export function findFloatLayers(graph: Graph, choice: FloatLayerChoice, target: Target, floatMode: QuantMode): FloatLayers {
  const { patterns = [], manual = false, vendorExact = false, part } = choice
  const layers = vendorExact || part !== undefined ? topLayers(graph) : []
  const known = manual ? manualFamilies : [...(patterns === 'none' ? [] : patterns), ...families]
  const found = patterns === 'none' ? undefined : floatPatterns(graph, vendorExact ? { vendorExact: layers } : { families: known })
  const spelled = new Map(layers.flatMap(({ operator, names }) => names.map((name) => [name, operator.replace(/^top\./, '')] as const)))
  const shape = floatShapes(graph).map(({ layer }) => layer)
  const dropped = new Set(
    found?.vendor?.drops?.flatMap((op) => graph.nodes.filter((node) => node.op === op).map(({ outputs }) => outputs[0]!)),
  )
  const parts =
    part === undefined || found?.vendor?.dropsParts === true
      ? []
      : floatParts(graph, typeof part === 'string' ? part : knownOperators(part, spelled), (layer) => spelled.get(layer))
          .map(({ layer }) => layer)
          .filter((layer) => !dropped.has(layer))
  const isShape = new Set(shape)
  const pattern = [...new Set([...parts, ...(found?.layers ?? []).map(({ layer }) => layer)])].filter((layer) => !isShape.has(layer))
  const widest = target.schemes['F32']?.kind === 'float' ? 'F32' : floatMode
  const isWide = new Set(found?.layers.filter((each) => each.widest === true).map(({ layer }) => layer))
  const modeOf = (layer: string): QuantMode => (isWide.has(layer) ? widest : floatMode)
  const line = lineOf(graph, { found, pattern, shape, part }, floatMode)
  return {
    plan: new Map([...pattern, ...shape].map((layer) => [layer, modeOf(layer)])),
    pattern,
    shape,
    ...(found === undefined ? {} : { found }),
    ...(line === undefined ? {} : { line }),
    choice,
  }
}

function knownOperators(words: readonly string[], spelled: ReadonlyMap<string, string>): readonly string[] {
  const known = new Set([...floatOps.keys(), ...spelled.values()])
  return words.map((word) => {
    const operator = word.replace(/^top\./, '')
    if (known.has(operator)) return operator
    throw new QError('OPERATOR_UNKNOWN', `--custom_operator: there is no operator ${word}`, {
      at: ['--custom_operator'],
      found: word,
      wanted: 'operators, such as Conv,MatMul',
      hint: didYouMean(operator, known, '`q graph MODEL` shows the operators of a network'),
      kind: 'usage',
    })
  })
}

const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function lineOf(
  graph: Graph,
  {
    found,
    pattern,
    shape,
    part,
  }: Pick<FloatLayers, 'pattern' | 'shape'> & { readonly found: FoundPattern | undefined; readonly part: unknown },
  floatMode: QuantMode,
): string | undefined {
  const kept = pattern.length + shape.length
  if (found === undefined && kept === 0) return undefined
  const causes = [
    ...(found === undefined ? [] : [`pattern ${found.family}: found ${countOf(found.count, 'time')}`]),
    ...(part === undefined ? [] : [`only ${typeof part === 'string' ? part : (part as readonly string[]).join(', ')} quantized`]),
    ...(shape.length === 0 ? [] : [`${countOf(shape.length, 'layer')} of shape arithmetic`]),
  ]
  const stay =
    kept === 0 ? 'no layer has to stay in float' : `${kept} of ${graph.inputs.length + graph.nodes.length} layers stay in ${floatMode}`
  return `${causes.join(', ')}, ${stay}`
}

/** The table of these layers, as TPU-MLIR writes it before calibration. */
export function floatLayersText(
  { plan, pattern, shape, found, choice, line }: FloatLayers,
  { graph, chip, samples }: { readonly graph: Graph; readonly chip: string; readonly samples: number },
  context: Context,
): string {
  const entries = (layers: readonly string[]) => layers.map((layer) => [layer, { mode: plan.get(layer)! }] as const)
  const vendorLine =
    found?.vendor === undefined
      ? []
      : [
          `[${found.vendor.operators.map((each) => `'${each}'`).join(', ')}] (Name: ${found.family}) is a subset of the main list. Count: ${found.count}`,
        ]
  const { part } = choice
  return formatQuantPlan(
    createExtendedQuantPlan({
      chip,
      samples,
      generatedTime: timestampOf(context),
      fingerprint: tableFingerprintOf(graph),
      patternLayers: entries(pattern),
      shapeLayers: entries(shape),
      ...(part === undefined ? {} : { partQuantMode: typeof part === 'string' ? part : `custom_mode, custom_operator: ${part.join(',')}` }),
      patternLog: vendorLine.length > 0 || line === undefined ? vendorLine : [`q: ${line}`],
    }),
  )
}
