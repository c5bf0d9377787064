import { type Diagnostic, didYouMean } from '@q/ir'
import type { AcuityModel } from '../files/model-json.ts'
import type { QuantizeTable, TableEntry } from '../files/quantize-table/quantize-table.ts'
import { keyOfTensor, tensorOfKey } from '../files/quantize-table/quantize-table.ts'
import { modeNames } from '../table/modes.ts'
import { isLegalPair, type PairType, weightedOps, weightsBeside } from './legal-pairs.ts'

/** What `customized_quantize_layers` may say of a layer (spec/acuity.md 3.5). */
export const customizedTypes: readonly string[] = modeNames.flatMap(({ customized }) => customized)

/** Of operands that are joined with one scale, a range that is so many times another one's leaves that with few codes. */
const mostRatio = 16

/**
 * What is wrong with a table beside its model, or looks so: each warning names the layer, the rule and the remedy (spec/acuity.md 7).
 *
 * @param model the `.json`, or after `quantize --hybrid` the `.quantize.json`
 */
export function checkTable(table: QuantizeTable, model: AcuityModel): readonly Diagnostic[] {
  return [
    ...customizedFaults(table, model),
    ...[...table.entries].flatMap(([key, entry]) => entryFaults(key, entry, model)),
    ...edgeFaults(table, model),
    ...joinFaults(table, model),
  ]
}

const warning = (code: string, at: string, fact: string, remedy: string): Diagnostic => ({
  level: 'warning',
  code,
  message: `${fact}; ${remedy}`,
  at: [at],
})

function customizedFaults({ customized }: QuantizeTable, { layers }: AcuityModel): readonly Diagnostic[] {
  return [...customized].flatMap(([layer, type]) => {
    if (!layers.has(layer))
      return [
        warning(
          'CUSTOMIZED_LAYER_UNKNOWN',
          layer,
          `the model has no layer ${layer}`,
          didYouMean(layer, layers.keys(), 'take it out of customized_quantize_layers'),
        ),
      ]
    if (!customizedTypes.includes(type))
      return [
        warning(
          'CUSTOMIZED_TYPE_UNKNOWN',
          layer,
          `${type} is no type that a layer can be given`,
          didYouMean(type, customizedTypes, `write one of ${customizedTypes.join(', ')}`),
        ),
      ]
    return []
  })
}

function entryFaults(key: string, entry: TableEntry, { layers }: AcuityModel): readonly Diagnostic[] {
  const { layer, port } = tensorOfKey(key)!
  if (!layers.has(layer))
    return [
      warning('TABLE_STALE', key, `the model has no layer ${layer}`, 'the table is of another model: quantize this one with --rebuild'),
    ]
  const { min, max, quantizer } = entry
  if (port === 'bias' && (quantizer === 'dynamic_fixed_point' ? entry.fl : entry.scale)?.length === 0)
    return [
      warning(
        'BIAS_EMPTY',
        key,
        'the bias has no scale',
        'its layer reads a type that its weight does not go with: list the layer, or put a dtype_converter before it',
      ),
    ]
  if (min === 0 && max === 0)
    return [
      warning(
        'NOT_CALIBRATED',
        key,
        'no sample has reached it, or it is always zero: its range is 0 to 0',
        'calibrate with samples that do, or keep the layer in float32',
      ),
    ]
  const largest = Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0))
  if (quantizer === 'dynamic_fixed_point' && (max ?? 0) === largest && largest > 0 && Number.isInteger(Math.log2(largest)))
    return [
      warning(
        'POWER_OF_TWO',
        key,
        `its largest number, ${largest}, is a power of two, which has no code: it is one code less`,
        'widen max_value by the least bit where that matters',
      ),
    ]
  return []
}

/** The types of what a layer reads and of its weight. */
function edgeFaults({ entries }: QuantizeTable, { layers }: AcuityModel): readonly Diagnostic[] {
  return [...layers].flatMap(([layer, { op, inputs }]) => {
    const weight = entries.get(keyOfTensor({ layer, port: 'weight' }))
    const [source = ''] = inputs
    const input = entries.get(source)
    if (!weightedOps.has(op) || weight === undefined || input === undefined) return []
    const [read, beside] = [pairType(input), pairType(weight)]
    if (read === undefined || beside === undefined || isLegalPair(read, beside)) return []
    const fact = `${op} reads ${read} from ${source} beside a weight of ${beside}, which the chip has not`
    return [
      warning(
        'TYPES_DO_NOT_MEET',
        layer,
        fact,
        `list both layers or none, or convert between them; beside ${read} a weight is ${weightsBeside(read).join(', ')}`,
      ),
    ]
  })
}

function joinFaults({ entries }: QuantizeTable, { layers }: AcuityModel): readonly Diagnostic[] {
  return [...layers].flatMap(([layer, { op, inputs }]) => {
    if (op !== 'concat') return []
    const sizes = inputs.flatMap((name) => {
      const { min, max } = entries.get(name) ?? {}
      return min === undefined || max === undefined || max - min === 0 ? [] : [{ name, size: max - min }]
    })
    const [narrow, wide] = [...sizes].sort((a, b) => a.size - b.size).filter((_, i, all) => i === 0 || i === all.length - 1)
    if (narrow === undefined || wide === undefined || wide.size <= mostRatio * narrow.size) return []
    const fact = `${wide.name} has ${Math.round(wide.size / narrow.size)} times the range of ${narrow.name}, and both share one scale`
    return [warning('RANGES_APART', layer, fact, 'cut the network before the join, or list it as dynamic_fixed_point-i16')]
  })
}

/** The type of a tensor by its entry. */
function pairType({ qtype, quantizer }: TableEntry): PairType | undefined {
  if (quantizer === 'dynamic_fixed_point') return qtype === 'i8' ? 'i8d' : qtype === 'i16' ? 'i16d' : undefined
  if (quantizer === 'perchannel_symmetric_affine')
    return qtype === 'i8' ? 'i8pc' : qtype === 'i16' ? 'i16pc' : qtype === 'u8' ? 'u8pc' : undefined
  if (quantizer === 'symmetric_affine') return qtype === 'i8' ? 'i8s' : undefined
  return qtype === 'u8' ? 'u8a' : qtype === 'i8' ? 'i8a' : undefined
}
