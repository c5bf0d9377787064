import type { Graph, Resolved } from '@q/ir'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { noteWithoutMeans } from './channel-means.ts'
import { type Quantization, resolveForChip } from './resolve-for-chip.ts'

/** {@link resolveForChip} in a command that has no samples: where the chip counts on some, that is said. */
export function resolveWithoutSamples(graph: Graph, chip: Chip, quantization: Quantization, context: Context): Resolved {
  noteWithoutMeans(chip, quantization.mode, 'give the file of q quantize, or of q model_deploy --dataset, as the model', context)
  return resolveForChip(graph, chip, quantization, context.reporter)
}
