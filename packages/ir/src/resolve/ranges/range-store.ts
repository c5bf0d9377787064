import type { RangeStep } from '../../contracts/target.ts'
import type { Node, Range } from '../../graph/types.ts'
import type { Frame } from '../frame.ts'
import { rangeIslands } from './islands.ts'
import { sameRange } from './range-draft.ts'
import { type SettledRanges, settleRanges } from './settle-ranges.ts'

/** The ranges of all values of a float graph, before and after the target's rules. */
export interface RangeStore {
  /** As the mode of the graph reads it from the table. */
  inGraphMode(name: string): Range | undefined
  /** As the mode of its layer reads it. */
  imported(name: string): Range | undefined
  /** After the rules. */
  settled(name: string): Range | undefined
  /** A node with its operands in the order the rules want. */
  ordered(node: Node): Node
  /** Gives values other imported ranges. */
  change(ranges: ReadonlyMap<string, Range | undefined>): void
  /** Gives a value the range that the mode of its layer reads. @returns whether it had another one */
  readAs(name: string, range: Range | undefined): boolean
  /** Says that the mode of a layer has changed, which some rules look at. */
  touch(layer: string): void
  /** Applies the rules where something has changed. @returns the values whose settled range, and the layers whose order of operands, is another one now */
  settle(): ReadonlySet<string>
  /** How many nodes the rules have visited so far, each counted once for each time its island was settled. */
  readonly visited: number
}

const nothing: SettledRanges = { ranges: new Map(), swapped: new Map() }

/** Ranges that were read from the table but not settled yet. @param isFloat whether the plan keeps a layer in a float mode */
export function createRangeStore(frame: Frame, steps: readonly RangeStep[], isFloat: (layer: string) => boolean): RangeStore {
  const islands = rangeIslands(frame, steps)
  const islandOf = new Map<string, number>()
  islands.forEach(({ values }, i) => {
    for (const name of values) islandOf.set(name, i)
  })
  const asked = new Set<string>(steps.flatMap((step) => step.flatMap(({ rule, ops }) => (rule === 'cover-constants' ? ops : []))))
  const looksAtModes = islands.map(({ layers }) => layers.some((layer) => asked.has(frame.places[frame.placeOf.get(layer)!]!.form!)))
  const changedRanges = new Map<string, Range | undefined>()
  const readByLayer = new Map<string, Range | undefined>()
  const results: SettledRanges[] = islands.map(() => nothing)
  const open = new Set(islands.keys())
  const alone = new Set<string>()
  let visited = 0

  const inGraphMode = (name: string): Range | undefined =>
    changedRanges.has(name) ? changedRanges.get(name) : (frame.graph.values.get(name) ?? frame.float.values.get(name))?.type.range
  const imported = (name: string): Range | undefined => (readByLayer.has(name) ? readByLayer.get(name) : inGraphMode(name))
  const reopen = (name: string): void => {
    const island = islandOf.get(name)
    if (island === undefined) alone.add(name)
    else open.add(island)
  }
  return {
    inGraphMode,
    imported,
    settled(name) {
      const island = islandOf.get(name)
      return island === undefined ? imported(name) : results[island]!.ranges.get(name)
    },
    ordered(node) {
      const island = islandOf.get(node.outputs[0]!)
      return island === undefined ? node : (results[island]!.swapped.get(node.outputs[0]!) ?? node)
    },
    change(ranges) {
      for (const [name, range] of ranges) {
        changedRanges.set(name, range)
        reopen(name)
      }
    },
    readAs(name, range) {
      const isOther = !sameRange(imported(name), range)
      if (sameRange(inGraphMode(name), range)) readByLayer.delete(name)
      else readByLayer.set(name, range)
      if (isOther) reopen(name)
      return isOther
    },
    touch(layer) {
      const island = islandOf.get(layer)
      if (island !== undefined && looksAtModes[island]) open.add(island)
    },
    settle() {
      const changed = new Set(alone)
      alone.clear()
      for (const i of open) {
        const island = islands[i]!
        visited += island.layers.length
        const before = results[i]!
        const after = settleRanges(island, steps, frame, imported, isFloat)
        results[i] = after
        for (const name of island.values) if (!sameRange(before.ranges.get(name), after.ranges.get(name))) changed.add(name)
        for (const layer of new Set([...before.swapped.keys(), ...after.swapped.keys()])) {
          if (before.swapped.has(layer) !== after.swapped.has(layer)) changed.add(layer)
        }
      }
      open.clear()
      return changed
    },
    get visited() {
      return visited
    },
  }
}
