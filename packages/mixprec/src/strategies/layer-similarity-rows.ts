import type { RankedLayer } from '@q/ir'

/** The rows of TPU-MLIR's loss table, `full_loss_table.txt`, the least similar layer first: they stand in its logs too. */
export function layerSimilarityRows(ranking: readonly RankedLayer[]): readonly string[] {
  return ranking.map(({ layer, loss }, i) => `No.${String(i).padEnd(4)}: Layer: ${layer.padEnd(50)}\t\t\tCos: ${(1 - loss).toFixed(6)}`)
}
