import type { SpellingBook } from '../codec/spelling.ts'
import { spellingBook } from '../codec/spelling.ts'
import { tpuActivations } from './activations.ts'
import { tpuArithmetic } from './arithmetic.ts'
import { tpuCasts } from './casts.ts'
import { embedding } from './embedding.ts'
import { hostFunctions } from './host-functions.ts'
import { largestElements } from './largest-elements.ts'
import { tpuLayers } from './layers.ts'
import { tpuMovement } from './movement.ts'
import { tpuProducts } from './products.ts'
import { tpuTableFunctions } from './table-functions.ts'

/** How the Tpu dialect writes the operators of a quantized graph. */
export const tpuBook: SpellingBook = spellingBook('tpu', [
  ...tpuCasts,
  embedding,
  ...hostFunctions,
  ...largestElements,
  ...tpuProducts,
  ...tpuTableFunctions,
  ...tpuArithmetic,
  ...tpuActivations,
  ...tpuLayers,
  ...tpuMovement,
])
