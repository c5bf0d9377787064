import type { Range } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Frame } from './frame.ts'
import type { RangeStore } from './ranges/range-store.ts'

/** The range of a value of the float graph, as a mode reads its row. @throws QError `RANGE_INVALID` */
export type ReadRow = (name: string, mode: QuantMode) => Range | undefined

/** Rows read by the modes of layers. */
export interface LayerRows {
  /** Reads the rows of the layers at places again, whose modes or rows are others now. @throws QError `RANGE_INVALID` */
  read(places: Iterable<number>): void
  /** The range of a value that a layer comes from: as its own layer's mode reads it, or as this one's where the rewrites left it no layer. */
  rangeAt(name: string, place: number): Range | undefined
  /** How many layers were read so far. */
  readonly reads: number
}

/**
 * Gives each layer the range that its own mode reads.
 *
 * @param readRow absent where all modes of the target read rows alike, and nothing is to be done
 * @param onRead is told of values whose range is another one now
 */
export function createLayerRows(
  frame: Frame,
  ranges: RangeStore,
  modeOf: (place: number) => QuantMode,
  readRow: ReadRow | undefined,
  onRead: (name: string) => void,
): LayerRows {
  const { places, placeOf, sources, float } = frame
  let reads = 0
  return {
    read(changed) {
      if (readRow === undefined) return
      for (const place of changed) {
        const { node, name } = places[place]!
        reads++
        for (const value of node?.outputs ?? [name]) {
          const source = sources.get(value)
          if (source !== undefined && ranges.readAs(value, readRow(source, modeOf(place)))) onRead(value)
        }
      }
    },
    rangeAt: (name, place) =>
      readRow === undefined || placeOf.has(name) || !float.values.has(name) ? ranges.imported(name) : readRow(name, modeOf(place)),
    get reads() {
      return reads
    },
  }
}
