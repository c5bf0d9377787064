import { didYouMean, QError } from '@q/ir'
import type { MlirAttribute, MlirModule, MlirOperation } from '../text/mlir-module.ts'
import type { Spelling, SpellingBook } from './spelling.ts'

type Dialect = SpellingBook['dialect']
const words = (text: string): readonly string[] => text.split(' ')

/** Attributes of every operation that say where and how it is done, and nothing of what is computed. */
const ofPlaces: Readonly<Record<Dialect, readonly string[]>> = {
  top: [],
  tpu: words('compress_info do_core_parallel ginfo indexing_map_l2s indexing_map_s2l layer_group multi_core multicore'),
}

/** What an operation that looks its results up still carries of the function in the table. */
const ofTables = words(
  'alpha approx_mode beta bias coeffs const_val do_relu exponent is_reverse is_scalar log mode relu_limit round_mode scale',
)

/** Attributes that no field reads: they decide nothing, or a spelling asks for them itself. */
const unread: Readonly<Record<string, readonly string[]>> = {
  'top.Conv': words('auto_pad do_winograd'),
  'top.Deconv': words('auto_pad do_winograd'),
  'top.AvgPool': words('auto_pad ceil_mode epsilon'),
  'top.MaxPool': words('auto_pad ceil_mode'),
  'top.GatherND': words('indice_dims'),
  'tpu.Add': words('const_val'),
  'tpu.Conv2D': words('do_winograd dynweight_reorderd inserts use_winograd weight_bits'),
  'tpu.Conv3D': words('do_winograd dynweight_reorderd inserts weight_bits'),
  'tpu.Deconv': words('dynweight_reorderd inserts'),
  'tpu.GatherND': words('indice_dims'),
  'tpu.GenericCpu': words('param'),
  'tpu.Lut': ofTables,
  'tpu.LutBF16': ofTables,
  'tpu.MatMul': words('cal_i8 output_int16 weight_bits'),
  'tpu.MulShift': ofTables,
  'tpu.Relu': words('multiplier rshift'),
}

/**
 * Refuses an attribute of which no reading knows, and a word that an attribute cannot have: what is one letter off would be read over, and with it what it says.
 *
 * @throws QError `MLIR_UNSUPPORTED_ATTRIBUTE`, `MLIR_ATTRIBUTE` with what is read
 */
export function checkKnown(operation: MlirOperation, spellings: readonly Spelling[], at: readonly string[]): void {
  const dialect = operation.name.startsWith('tpu.') ? 'tpu' : 'top'
  const others = [...(Object.hasOwn(unread, operation.name) ? unread[operation.name]! : []), ...ofPlaces[dialect]]
  const isNamed = ({ fields, constants = [] }: Spelling, name: string): boolean =>
    fields.some((each) => each.name === name) || constants.some((each) => each.name === name)
  for (const [name, attribute] of operation.attributes) {
    checkWord(operation.name, name, attribute, at)
    if (others.includes(name) || spellings.some((spelling) => isNamed(spelling, name))) continue
    const read = spellings.flatMap(({ fields, constants = [] }) => [...fields, ...constants].map((each) => each.name))
    throw unknownAttribute(operation.name, name, [...read, ...others], at)
  }
}

/** Refuses an attribute of an operation that is not among these names, and a word that one of them cannot have. @throws QError `MLIR_UNSUPPORTED_ATTRIBUTE`, `MLIR_ATTRIBUTE` */
export function checkAmong(operation: MlirOperation, names: readonly string[], at: readonly string[]): void {
  for (const [name, attribute] of operation.attributes) checkWord(operation.name, name, attribute, at)
  const unknown = [...operation.attributes.keys()].find((name) => !names.includes(name))
  if (unknown !== undefined) throw unknownAttribute(operation.name, unknown, names, at)
}

const ofModules = words(
  'FLOPs addr_mode asymmetric chip coeff_addr coeff_size cores device_id devices dynamic_coeff_offset high_precision inputs io_addr io_size ' +
    'lora_rank mode neuron_addr neuron_size outputs platform postprocess private_size q_group_size q_symmetric state step top_run_mode train weight_file',
).map((name) => `module.${name}`)

/** Refuses an attribute of a module that TPU-MLIR 1.30.2 does not have. @throws QError `MLIR_UNSUPPORTED_ATTRIBUTE` */
export function checkModule({ attributes }: MlirModule, at: readonly string[]): void {
  const unknown = [...attributes.keys()].find((name) => !ofModules.includes(name))
  if (unknown !== undefined) throw unknownAttribute('the module', unknown, ofModules, at)
}

function unknownAttribute(operation: string, name: string, names: readonly string[], at: readonly string[]): QError {
  const known = [...new Set(names)].sort()
  return new QError('MLIR_UNSUPPORTED_ATTRIBUTE', `there is no reading of the attribute ${name} of ${operation}`, {
    at,
    found: name,
    wanted: known.length === 0 ? 'no attributes' : known.join(', '),
    hint: didYouMean(name, known, 'correct the name, or leave the attribute out if it decides nothing'),
  })
}

/** Attributes of weights that say how they are stored. */
export const weightAttributes = words(
  'allow_split bias0 bias1 do_compress indices_idx indices_slice inline_bytes is_signed path placeholder scale store_mode zero_guard',
)

const roundings = words('HalfAwayFromZero HalfUp HalfDown HalfToEven HalfToOdd HalfTowardsZero TowardsZero Up Down')
const places = words('align_corners half_pixel pytorch_half_pixel asymmetric')

/** The words that attributes may have, by operation where they are not the same for all; those of others are chosen by what reads them. */
const wordsOf: Readonly<Record<string, readonly string[]>> = {
  round_mode: roundings,
  first_round_mode: roundings,
  quant_mode: words('TFLite_LShift TFLite MultiplierShift OnlyShift QDM OnlyScale'),
  approx_mode: words('normal tanh sigm'),
  auto_pad: words('SAME_UPPER SAME_LOWER NOTSET VALID'),
  'top.Interp mode': words('nearest linear'),
  'tpu.Interp mode': words('nearest linear'),
  coord_mode: places,
  pixel_format: words('rgb bgr gray rgba gbrg grbg bggr rggb'),
  channel_format: words('nhwc nchw'),
  pad_type: words('normal center'),
  keep_ratio_mode: words('letterbox short_side_scale'),
  yuv_type: ['', ...words('YUV420_PLANAR YUV_NV12 YUV_NV21')],
}

/** Refuses a word that is none of those an attribute may have, whether it decides something or not. @throws QError `MLIR_ATTRIBUTE` */
function checkWord(operation: string, name: string, attribute: MlirAttribute, at: readonly string[]): void {
  if (attribute.kind !== 'string' && attribute.kind !== 'enum') return
  const key = [`${operation} ${name}`, name].find((each) => Object.hasOwn(wordsOf, each))
  const known = key === undefined ? undefined : wordsOf[key]!
  if (known === undefined || known.includes(attribute.value)) return
  throw new QError('MLIR_ATTRIBUTE', `the attribute ${name} has an unknown value`, {
    at,
    found: attribute.value,
    wanted: known.filter((word) => word !== '').join(', '),
    hint: didYouMean(attribute.value, known, 'write one of these'),
  })
}
