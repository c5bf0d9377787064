import { QError } from '@q/ir'
import type { AcuityModel, ModelLayer } from '../files/model-json.ts'
import type { NetworkLayers } from '../network/network-layers.ts'
import { namesOf } from '../table/modes.ts'
import type { MadeAs } from '../table/value-modes.ts'
import type { AcuityMode } from '../target.ts'
import type { ReadTypes } from './read-types.ts'

/** A converter between two layers. */
export interface Converter {
  readonly lid: string
  readonly name: string
  /** The value that is converted. */
  readonly value: string
  readonly from: MadeAs
  readonly to: MadeAs
  /** Keys of the layers that read it. */
  readonly readers: readonly string[]
}

/** Types that are converted into each other in one step (spec/acuity.md 5.3); bytes with a zero point are signed or not as the library likes (6.5). */
const convertible: Readonly<Record<AcuityMode, readonly AcuityMode[]>> = {
  UINT8: ['PCQ', 'SYM8', 'DFP8', 'DFP16', 'F16', 'F32', 'BF16', 'QBF16'],
  PCQ: ['UINT8', 'SYM8', 'DFP8', 'DFP16', 'F16', 'F32', 'BF16', 'QBF16'],
  SYM8: ['UINT8', 'PCQ', 'DFP16', 'F16', 'F32', 'BF16', 'QBF16'],
  DFP8: ['PCQ', 'UINT8', 'DFP16', 'F16', 'F32', 'BF16', 'QBF16'],
  DFP16: ['DFP8', 'UINT8', 'PCQ', 'F16', 'F32', 'BF16', 'QBF16'],
  F16: ['F32', 'BF16', 'QBF16', 'DFP16', 'DFP8', 'PCQ', 'SYM8', 'UINT8'],
  F32: ['F16', 'BF16', 'QBF16', 'DFP16', 'DFP8', 'UINT8', 'PCQ'],
  BF16: ['F16', 'F32'],
  QBF16: ['F16', 'F32'],
}

/** Numbers of converters are that far apart. */
const step = 3

/**
 * The converters that a network needs, each on the edges of one reader, or behind what several read in one type.
 *
 * A reader that has another type than the network's has them in front of it (`_pre_`), one that has not has them behind what it reads (`_next_`): the toolkit forgets these.
 *
 * @throws QError `ACUITY_TYPES` for two types that are not converted into each other
 */
export function convertersOf(
  layers: NetworkLayers,
  made: ReadonlyMap<string, MadeAs>,
  reads: ReadTypes,
  mode: AcuityMode,
): readonly Converter[] {
  const converters = new Map<string, Converter>()
  let next = layers.layers.size
  for (const [lid, operands] of reads) {
    const { value: result } = layers.layers.get(lid)!
    for (const [value, to] of operands) {
      const from = made.get(value)!
      if (!convertible[from.mode].includes(to.mode)) throw notConvertible(lid, layers.lidOf.get(value)!, from.mode, to.mode)
      const word = ({ mode: each }: MadeAs): string => `${namesOf(each).entry.quantizer}${namesOf(each).entry.qtype}`
      const isFront = made.get(result)?.mode !== mode
      const start = isFront ? `${lid}_pre` : `${layers.lidOf.get(value)!}_next`
      const name = `${start}_${word(from)}_to_${word(to)}`
      const key = `${name} ${value} ${to.type.quant?.scale ?? ''} ${to.type.quant?.zeroPoint ?? ''}`
      const known = converters.get(key)
      converters.set(
        key,
        known === undefined
          ? { lid: `${name}_${next}`, name, value, from, to, readers: [lid] }
          : { ...known, readers: [...known.readers, lid] },
      )
      if (known === undefined) next += step
    }
  }
  return [...converters.values()]
}

/** The model file of a network with converters: they stand at its end, and who reads them does not read what they convert (spec/acuity.md 3.1). */
export function hybridModel(model: AcuityModel, layers: NetworkLayers, converters: readonly Converter[]): AcuityModel {
  const changed = new Map([...model.layers].filter(([, { op }]) => op !== 'dtype_converter'))
  for (const [lid, { layer }] of layers.layers) if (changed.has(lid)) changed.set(lid, { ...changed.get(lid)!, inputs: layer.inputs })
  for (const { lid, value, readers } of converters) {
    const [source, target] = [`@${layers.lidOf.get(value)!}:out0`, `@${lid}:out0`]
    for (const reader of readers) {
      const layer = changed.get(reader)!
      changed.set(reader, { ...layer, inputs: layer.inputs.map((input) => (input === source ? target : input)) })
    }
  }
  for (const { lid, name, value } of converters) {
    const layer: ModelLayer = { name, op: 'dtype_converter', inputs: [`@${layers.lidOf.get(value)!}:out0`], outputs: ['out0'] }
    changed.set(lid, layer)
  }
  return { ...model, layers: changed }
}

const notConvertible = (reader: string, maker: string, from: AcuityMode, to: AcuityMode): QError => {
  const [a, b] = [from, to].map((mode) => namesOf(mode).customized[0]!)
  return new QError('ACUITY_TYPES', `the chip does not convert ${a} to ${b}`, {
    at: [maker, reader],
    found: `${maker} makes ${a}, ${reader} reads ${b}`,
    wanted: `one of ${convertible[from].map((mode) => namesOf(mode).customized[0]!).join(', ')}`,
    hint: `list a layer between them, or one of the two, as float16 or as the other: bfloat16 reaches integers through float16 alone`,
  })
}
