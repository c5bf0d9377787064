import type { Graph, Node } from '@q/ir'
import { layerOf } from '@q/ir'
import type { FloatLayer } from '../float-layer.ts'
import { checkEach } from './check-family.ts'
import { families as ownFamilies } from './families/all-families.ts'
import type { Family, Sign } from './family.ts'
import { findBlocks } from './find-blocks.ts'
import { keptLayers } from './kept-layers.ts'
import { type Network, networkOf } from './network.ts'

/** What a family keeps in float of a network. */
export interface FoundPattern {
  readonly family: string
  /** How often its block is in the network. */
  readonly count: number
  /** In the order of the graph. */
  readonly layers: readonly FloatLayer[]
  /** How often a layer of the network was looked at: a measure of the work. */
  readonly visits: number
}

/** Which families are tried. */
export interface PatternOptions {
  /** In this order; the first that is found is taken. @default the families of this package */
  readonly families?: readonly Family[]
  /** Told, in a sentence, of a family that a search was ended for before all was looked at. @default nobody */
  readonly tell?: ((note: string) => void) | undefined
}

/**
 * The first family that is found in the network, and the layers that it keeps in float.
 *
 * @param graph the canonical float graph
 * @returns undefined where no family is found
 * @throws QError `PATTERN_INVALID` for families that are none, with the way to the part that is wrong
 */
export function floatPatterns(graph: Graph, options: PatternOptions = {}): FoundPattern | undefined {
  const given = options.families
  const families = given === undefined || given === ownFamilies ? ownFamilies : checkEach(given, 'families')
  const network = networkOf(graph)
  const { tell = () => {} } = options
  let visits = 0
  for (const family of families) {
    const told = (what: string, ended: number): void => {
      if (ended > 0)
        tell(
          `${family.name}: the search for ${what} was ended at ${ended} layer${ended === 1 ? '' : 's'} before all was looked at; some may be missing`,
        )
    }
    for (const sign of family.knownBy) {
      const found = countOf(sign, network)
      visits += found.visits
      told('its signs', found.ended)
      if (found.count === 0) continue
      const { ended, ...kept } = keptBy(family, found.count, network)
      told('layers that it keeps', ended)
      return { ...kept, visits: visits + kept.visits }
    }
  }
  return undefined
}

/** How often the block of a sign is there; 0 where not all of the sign holds. */
function countOf(
  { block, least = 1, most = Number.POSITIVE_INFINITY, and = [] }: Sign,
  network: Network,
): { count: number; visits: number; ended: number } {
  const { matches, visits, ended } = findBlocks(network, block)
  if (matches.length < least || matches.length > most) return { count: 0, visits, ended }
  const others = and.map((sign) => countOf(sign, network))
  return {
    count: others.every(({ count }) => count > 0) ? matches.length : 0,
    visits: others.reduce((sum, other) => sum + other.visits, visits),
    ended: others.reduce((sum, other) => sum + other.ended, ended),
  }
}

function keptBy({ name, keep }: Family, count: number, network: Network): FoundPattern & { readonly ended: number } {
  const rules = keep.filter(({ leastBlocks = 1 }) => count >= leastBlocks)
  const found = rules.map((rule) => ({ ...keptLayers(rule, network), widest: rule.widest === true }))
  const layersOf = (isWide: boolean): ReadonlySet<Node> =>
    new Set(found.flatMap(({ layers, widest }) => (widest === isWide ? [...layers] : [])))
  const [plain, wide] = [layersOf(false), layersOf(true)]
  const why = [`a layer that ${name} networks keep`]
  return {
    family: name,
    count,
    layers: network.nodes.flatMap((node) => {
      if (wide.has(node)) return [{ layer: layerOf(node), why, widest: true as const }]
      return plain.has(node) ? [{ layer: layerOf(node), why }] : []
    }),
    visits: found.reduce((sum, each) => sum + each.visits, 0),
    ended: found.reduce((sum, each) => sum + each.ended, 0),
  }
}
