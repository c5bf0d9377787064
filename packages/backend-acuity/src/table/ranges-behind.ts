import { edgesOf, type Graph, layerOf, type ObservedRange, type Range, type TensorType } from '@q/ir'
import { codeParams } from '@q/ir/number'
import { findScheme } from '@q/ir/resolve'
import type { AcuityMode } from '../target.ts'
import { targetOf } from '../target.ts'
import type { MadeAs } from './value-modes.ts'

/** Layers that may share a range, that far from each other. */
const farthest = 8

/**
 * The range that the codes of a value follow from: its own row, or that of a layer it shares codes with, as a max pool does with what it reads; else what its codes can say.
 */
export function rangeBehind(
  graph: Graph,
  rows: ReadonlyMap<string, ObservedRange>,
  name: string,
  { mode, type }: MadeAs,
): Range | undefined {
  const row = rows.get(name)
  if (type.quant === undefined) return row === undefined ? undefined : { min: row.min, max: row.max }
  const { consumers, producer } = edgesOf(graph)
  const seen = new Set<string>()
  let open = [name]
  for (let distance = 0; distance < farthest && open.length > 0; distance++) {
    for (const each of open) {
      const found = rows.get(each)
      if (found !== undefined && followsFrom(found, mode, type)) return { min: found.min, max: found.max }
      seen.add(each)
    }
    open = open
      .flatMap((each) => [producer.get(each)?.inputs[0], ...(consumers.get(each) ?? []).map(layerOf)])
      .filter((each): each is string => each !== undefined && !seen.has(each))
  }
  const { scale, zeroPoint } = type.quant
  const [least, most] = type.dtype === 'u8' ? [0, 255] : type.dtype === 'i8' ? [-128, 127] : [-32768, 32767]
  return { min: (least - zeroPoint) * scale, max: (most - zeroPoint) * scale }
}

function followsFrom({ min, max }: Range, mode: AcuityMode, { quant }: TensorType): boolean {
  const scheme = findScheme(targetOf('acuity'), mode, { asymmetric: false })
  if (scheme?.kind !== 'integer') return false
  const { scale, zeroPoint } = codeParams({ min, max }, scheme.activations)
  return scale === quant!.scale && zeroPoint === quant!.zeroPoint
}
