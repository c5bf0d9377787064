import type { Graph, QuantMode, Target } from '@q/ir'
import { edgesOf, layerOf } from '@q/ir/graph'
import { needsRanges } from '../chips/chip-modes.ts'
import { shellWord } from '../shell/shell-word.ts'
import type { LayerError } from './layer-errors.ts'

/** What a layer on codes keeps at least, in dB, unless its codes or those of its operands do not suit what it computes. */
const leastKept = 10

/** More of them are no single faults. */
const most = 8

/**
 * Sets of layers on codes that may be worth a float mode, the smaller first: those that lose nearly all, with what they read, whose scales they count with; and with what reads
 * them, which else brings their results to the same codes. None where no layer does, or so many that they do not explain what is lost.
 */
export function lossyLayers(graph: Graph, errors: readonly LayerError[], target: Target): readonly (readonly string[])[] {
  const onCodes = new Set(errors.filter(({ mode }) => needsRanges(mode, target)).map(({ layer }) => layer))
  const lossy = errors.filter(({ layer, own }) => own !== undefined && own < leastKept && onCodes.has(layer)).map(({ layer }) => layer)
  if (lossy.length === 0 || lossy.length > most) return []
  const { producer, consumers } = edgesOf(graph)
  const layersOf = (nodes: readonly Parameters<typeof layerOf>[0][]): readonly string[] =>
    nodes.map(layerOf).filter((layer) => onCodes.has(layer))
  const read = lossy.flatMap((layer) => {
    const inputs = producer.get(layer)?.inputs ?? []
    return [...layersOf(inputs.flatMap((name) => (name === undefined ? [] : (producer.get(name) ?? [])))), layer]
  })
  const reading = lossy.flatMap((layer) => layersOf(consumers.get(layer) ?? []))
  return [[...new Set(read)], [...new Set([...read, ...reading])]].filter((set, i, all) => i === 0 || set.length > all[0]!.length)
}

/** Layers that are computed in a narrow float type and overflow, with a mode that may hold their numbers: the widest there is. */
export function layersThatOverflow(
  errors: readonly LayerError[],
  target: Target,
): readonly { readonly layers: readonly string[]; readonly mode: QuantMode }[] {
  const dtypeOf = (mode: QuantMode) => {
    const scheme = target.schemes[mode]
    return scheme?.kind === 'float' ? scheme.dtype : undefined
  }
  const wide = target.modes.find((mode) => dtypeOf(mode) === 'f32') ?? target.modes.find((mode) => dtypeOf(mode) === 'bf16')
  const layers = errors.filter(({ mode, notFinite }) => notFinite > 0 && dtypeOf(mode) === 'f16').map(({ layer }) => layer)
  return wide === undefined || layers.length === 0 || layers.length > most ? [] : [{ layers, mode: wide }]
}

/** Layers in a mode as the option of a quantization table takes them; nothing for names that it cannot take. */
export function tableOption(layers: readonly string[], mode: QuantMode): string | undefined {
  return layers.some((layer) => /[:,\s'"]/.test(layer)) ? undefined : shellWord(layers.map((layer) => `${layer}:${mode}`).join(','))
}
