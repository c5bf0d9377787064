import { headsOf, keepTails } from './detector-rules.ts'
import { rtDetrLayers } from './rt-detr-rules.ts'
import { resultsOf, type TopLayer, topFileOf } from './top-file.ts'
import { keepTransformer } from './transformer-rules.ts'
import { blockCount, isYolo26, type VendorBlock, vendorBlockOf } from './vendor-block.ts'

/** What TPU-MLIR 1.30.2 keeps in float of a network. */
export interface VendorPattern {
  /** The family that it finds, if any. */
  readonly block?: VendorBlock & { readonly count: number }
  /** Names of results that stay in the chip's usual float type; a division may be called `…_inv`. */
  readonly plain: readonly string[]
  /** Names of results that stay in F32. */
  readonly widest: readonly string[]
  /** Layers of shape arithmetic stay in F32 too. */
  readonly shapesToo: boolean
  /** A float type that the user names holds for all of them; else what is `widest` is F32 all the same. */
  readonly oneType: boolean
}

/**
 * TPU-MLIR's own answer, step by step: families by the order of the operators in the file, layers by their names. Beside the families of
 * this package, which are found along the edges, it is what `--vendor-exact` gives.
 *
 * @param layers the layers of the file, in its order
 * @param parts names of layers that stay in float because only some operators are quantized; some families take of these, some forget them
 */
export function vendorPattern(layers: readonly TopLayer[], parts: Iterable<string> = []): VendorPattern {
  const file = topFileOf(layers)
  const chosen = new Set(parts)
  const kept = new Set(file.names.filter((name) => chosen.has(resultsOf([name])[0]!)))
  const found = vendorBlockOf(file.operators)
  const answer = (plain: Iterable<string>, widest: Iterable<string> = [], shapesToo = false) => ({
    plain: resultsOf(plain),
    widest: resultsOf(widest),
    shapesToo,
    oneType: found?.name !== 'rtdetrv2_block',
  })
  if (found === undefined) return answer(kept)
  const count = blockCount(found, file.operators)
  const block = { ...found, count }
  switch (found.name) {
    case 'yolo_block':
    case 'yolo_block_12': {
      const is26 = isYolo26(file.operators)
      const heads = is26 ? headsOf(file) : []
      if (heads === undefined) return { block, ...answer([]) }
      keepTails(file, kept)
      return { block, ...(is26 ? answer(heads, kept, true) : answer(kept)) }
    }
    case 'rtdetrv2_block': {
      const { plain, widest } = rtDetrLayers(file)
      return { block, ...answer(plain, widest) }
    }
    case 'vf_attention_block':
      return { block, ...answer([]) }
    default:
      keepTransformer(file, { name: found.name, count, kept })
      return { block, ...answer(kept) }
  }
}
