import type { Quantizer, StorageType } from '../../numbers/number-format.ts'
import type { YamlScalar } from '../yaml-text.ts'

/**
 * The generation of a `.quantize` file (spec/acuity.md 3.5): `old` up to toolkit 5 and its kin (four spaces, lists, `dtype` first), `new` from about 6.6 on (two spaces,
 * single numbers, `qtype` first).
 */
export type TableForm = 'old' | 'new'

/** What the table says of one tensor. */
export interface TableEntry {
  readonly qtype: StorageType
  readonly quantizer: Quantizer
  /** @default none; `rtne` in new files */
  readonly rounding?: string
  /** Absent where nothing was calibrated: biases, and weights of some new files. */
  readonly min?: number
  readonly max?: number
  /** One number, or one for each channel; empty where the tool wrote none. */
  readonly scale?: readonly number[]
  readonly zeroPoint?: readonly number[]
  /** Positions of the point, of `dynamic_fixed_point`. */
  readonly fl?: readonly number[]
  /** The axis of which each channel has a scale; -1 is the last. */
  readonly channelDim?: number
}

/** A `.quantize` file. */
export interface QuantizeTable {
  readonly form: TableForm
  /** The lines before the content: directive, `---`, comments. */
  readonly head: readonly string[]
  /** What new files say under `version`, quoted as it stands there. */
  readonly version?: YamlScalar
  /** By `@<layer>:out<N>`, `@<layer>:weight` or `@<layer>:bias`, in the order of the file. */
  readonly entries: ReadonlyMap<string, TableEntry>
  /** `customized_quantize_layers`: layer to type, as `dynamic_fixed_point-i16`. */
  readonly customized: ReadonlyMap<string, string>
  /** Whether those stand before the entries, as a fork of the tool writes them. @default false */
  readonly customizedFirst?: boolean
}

/** What a key of a table names. */
export interface TensorOfTable {
  readonly layer: string
  /** `out<N>`, `weight` or `bias`. */
  readonly port: string
}

const keyForm = /^@(.+):(out\d+|weight|bias)$/

/** What a key names; nothing when it is no key. */
export function tensorOfKey(key: string): TensorOfTable | undefined {
  const [, layer, port] = keyForm.exec(key) ?? []
  return layer === undefined || port === undefined ? undefined : { layer, port }
}

/** The key of a tensor. */
export const keyOfTensor = ({ layer, port }: TensorOfTable): string => `@${layer}:${port}`
