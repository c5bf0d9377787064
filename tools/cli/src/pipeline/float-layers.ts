import {
  type Family,
  families,
  floatParts,
  floatPatterns,
  floatPlaces,
  floatShapes,
  manualFamilies,
  operatorsByLayer,
  type PartMode,
  type VendorPattern,
  vendorPattern,
} from '@q/fpfwd'
import { didYouMean, type Graph, type Plan, QError, type QuantMode, type Target } from '@q/ir'
import { floatOps } from '@q/ir/ops'
import { topOperators } from '@q/mlir'
import { countLayers } from './count-layers.ts'
import { layersByRow } from './layers-by-row.ts'
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
  /** The float type is the user's and holds for all of them. @default layers that want the widest type of the chip get it */
  readonly oneType?: boolean
}

/** Layers that stay in float, and why. */
export interface FloatLayers {
  readonly plan: Plan
  /** Of a family, or because only some operators are quantized. */
  readonly pattern: readonly string[]
  /** Layers that compute shapes, or which elements are picked. */
  readonly shape: readonly string[]
  /** What the user's own table says, which has the last word: rows of other layers, and in other modes. */
  readonly given?: Plan
  /** The results of each layer that a table names; several where a layer has several. */
  readonly rows: ReadonlyMap<string, readonly string[]>
  /** What TPU-MLIR found, where its answer was asked for. */
  readonly vendor?: VendorPattern
  /** One line about it, also where nothing was found. */
  readonly line: string
  /** Whether a family was found, or a layer stays in float. */
  readonly isFound: boolean
  /** Whether layers stay in float beside those of the user's own table. */
  readonly keepsLayers: boolean
  readonly choice: FloatLayerChoice
}

/** What is kept where a float mode computes all layers anyway. */
export const noFloatLayers: FloatLayers = {
  plan: new Map(),
  pattern: [],
  shape: [],
  rows: new Map(),
  line: 'all layers are in float',
  isFound: false,
  keepsLayers: false,
  choice: {},
}

/** Layers of a family, and the family. */
interface Found {
  readonly family?: { readonly name: string; readonly count: number }
  /** What the search for families tells of itself. */
  readonly notes?: readonly string[]
  readonly rows: readonly string[]
  readonly wide: ReadonlySet<string>
  readonly shapesToo?: boolean
  readonly vendor?: VendorPattern
}

/**
 * The layers that stay in float before anything is measured: those of the network's family, those that compute shapes, and those that only
 * some operators being quantized leaves out.
 *
 * @param floatMode the float mode of layers that stay in float
 * @param given the user's own table, which has the last word
 * @throws QError `OPERATOR_UNKNOWN` for an operator that no network has
 */
export function findFloatLayers(
  graph: Graph,
  choice: FloatLayerChoice,
  target: Target,
  floatMode: QuantMode,
  given: Plan = new Map(),
): FloatLayers {
  const parts = partsOf(graph, choice)
  const found = choice.vendorExact === true ? vendorFound(graph, parts) : patternFound(graph, choice, parts)
  const layerOfRow = layersByRow(graph)
  const shape = floatShapes(graph).map(({ layer }) => layer)
  const places = choice.vendorExact === true ? [] : floatPlaces(graph).map(({ layer }) => layer)
  const isCounting = new Set([...shape, ...places])
  const rows = new Map<string, string[]>([...isCounting].map((layer) => [layer, [layer]]))
  const wide = new Set<string>(places)
  for (const row of found.rows) {
    const layer = layerOfRow.get(row) ?? row
    if (found.wide.has(row)) wide.add(layer)
    if (!isCounting.has(layer)) rows.set(layer, [...(rows.get(layer) ?? []), row])
  }
  if (found.shapesToo === true) for (const layer of shape) wide.add(layer)
  const pattern = [...rows.keys()].filter((layer) => !isCounting.has(layer))
  const hasWidest = target.schemes['F32']?.kind === 'float' && !(choice.oneType === true && found.vendor?.oneType !== false)
  const modeOf = (layer: string): QuantMode => (hasWidest && wide.has(layer) ? 'F32' : floatMode)
  const own = new Map([...pattern, ...isCounting].map((layer) => [layer, modeOf(layer)]))
  const overruled = [...own].filter(([layer, mode]) => (given.get(layer) ?? mode) !== mode).length
  const plan = new Map([...own, ...given])
  const isOwn = (layer: string): boolean => !given.has(layer)
  const inFloat = new Map([...plan].filter(([, mode]) => target.schemes[mode]?.kind === 'float'))
  return {
    plan,
    pattern: pattern.filter(isOwn),
    shape: [...isCounting].filter(isOwn),
    ...(given.size === 0 ? {} : { given }),
    rows,
    ...(found.vendor === undefined ? {} : { vendor: found.vendor }),
    line: lineOf(graph, { found, plan: inFloat, shape, places, choice, floatMode, given, overruled }),
    isFound: found.family !== undefined || own.size > 0,
    keepsLayers: own.size > 0,
    choice,
  }
}

function vendorFound(graph: Graph, parts: readonly string[]): Found {
  const vendor = vendorPattern(topLayers(graph), parts)
  const { block, plain, widest, shapesToo } = vendor
  return {
    ...(block === undefined ? {} : { family: block }),
    rows: [...new Set([...plain, ...widest])],
    wide: new Set(widest),
    shapesToo,
    vendor,
  }
}

function patternFound(graph: Graph, { patterns = [], manual = false }: FloatLayerChoice, parts: readonly string[]): Found {
  const known = manual ? manualFamilies : [...(patterns === 'none' ? [] : patterns), ...families]
  const notes: string[] = []
  const found = patterns === 'none' ? undefined : floatPatterns(graph, { families: known, tell: (note) => notes.push(note) })
  const results = new Map(graph.nodes.map(({ outputs }) => [outputs[0]!, outputs]))
  const rowsOf = (layers: readonly string[]): readonly string[] => layers.flatMap((layer) => results.get(layer) ?? [layer])
  const layers = found?.layers ?? []
  return {
    ...(found === undefined ? {} : { family: { name: found.family, count: found.count } }),
    notes,
    rows: rowsOf([...new Set([...parts, ...layers.map(({ layer }) => layer)])]),
    wide: new Set(rowsOf(layers.filter(({ widest }) => widest === true).map(({ layer }) => layer))),
  }
}

/** The layers that only some operators being quantized leaves out. */
function partsOf(graph: Graph, { part }: FloatLayerChoice): readonly string[] {
  if (part === undefined) return []
  const spelled = new Map(
    topLayers(graph).flatMap(({ operator, names }) => names.map((name) => [name, operator.replace(/^top\./, '')] as const)),
  )
  const quantized = typeof part === 'string' ? part : knownOperators(graph, part, spelled)
  return floatParts(graph, quantized, (layer) => spelled.get(layer)).map(({ layer }) => layer)
}

/** The operators, by our names or those of the network's Top file; TPU-MLIR's others are in no layer of it. */
function knownOperators(graph: Graph, words: readonly string[], spelled: ReadonlyMap<string, string>): readonly string[] {
  const here = new Set([...floatOps.keys(), ...operatorsByLayer(graph).values(), ...spelled.values()])
  const known = new Set([...here, ...topOperators.map((name) => name.replace(/^top\./, ''))])
  return words.flatMap((word) => {
    const operator = word.replace(/^top\./, '')
    if (known.has(operator)) return here.has(operator) ? [operator] : []
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

/** That no family was found, and of which ones. */
function notFound({ patterns, manual, vendorExact }: FloatLayerChoice): string {
  if (patterns === 'none') return 'no pattern was looked for'
  if (manual === true) return "no pattern of TPU-MLIR's manual found"
  return vendorExact === true ? 'no pattern found by the order of operators in the file' : 'no pattern found'
}

function lineOf(
  graph: Graph,
  {
    found,
    plan,
    shape,
    places,
    choice,
    floatMode,
    given,
    overruled,
  }: {
    readonly found: Found
    readonly plan: Plan
    readonly shape: readonly string[]
    readonly places: readonly string[]
    readonly choice: FloatLayerChoice
    readonly floatMode: QuantMode
    readonly given: Plan
    readonly overruled: number
  },
): string {
  const { part } = choice
  const causes = [
    found.family === undefined ? notFound(choice) : `pattern ${found.family.name}: found ${countOf(found.family.count, 'time')}`,
    ...(found.notes ?? []),
    ...(part === undefined ? [] : [`only ${typeof part === 'string' ? part : part.join(', ')} quantized`]),
    ...(shape.length === 0 ? [] : [`${countOf(shape.length, 'layer')} of shape arithmetic`]),
    ...(places.length === 0
      ? []
      : [
          places.length === 1
            ? '1 layer that says which elements are picked'
            : `${places.length} layers that say which elements are picked`,
        ]),
    ...(given.size === 0
      ? []
      : [
          `${countOf(given.size, 'row')} of --quantize_table${overruled === 0 ? '' : `, which ${overruled === 1 ? 'overrules' : 'overrule'} ${overruled} of these`}`,
        ]),
  ]
  const modes = [...new Set([floatMode, ...plan.values()])].flatMap((mode) => {
    const count = [...plan.values()].filter((each) => each === mode).length
    return count === 0 ? [] : [[mode, count] as const]
  })
  const [first] = modes
  const types = modes.length === 1 ? first![0] : `float: ${modes.map(([mode, count]) => `${count} in ${mode}`).join(', ')}`
  // A family may be known for having nothing that loses much on codes.
  const none =
    found.family === undefined || given.size > 0 ? 'no layer stays in float' : 'no layer stays in float: none of it loses much on codes'
  const stay = plan.size === 0 ? none : `${countLayers(plan.keys(), graph)} stay in ${types}`
  return `${causes.join(', ')}, ${stay}`
}
