import { layerOf } from '../graph/edges.ts'
import type { Node, Quant, TensorType, Value } from '../graph/types.ts'
import { type RoundingMode, roundTo } from '../number/rounding.ts'
import { integerRange } from '../number/saturate.ts'
import type { ScalarFunction } from '../ops/define.ts'
import { type LowerContext, type LoweredNode, loweredTo } from '../resolve/lower-context.ts'
import { saturatorOf } from './code-limits.ts'
import { newConstant } from './constant.ts'

/** Types of codes that are looked up. */
const arrays = { i8: Int8Array, u8: Uint8Array, i16: Int16Array, u16: Uint16Array } as const

/** Integer types whose codes have tables. */
export type TableType = keyof typeof arrays

/** How a table is filled and laid out. */
export interface TableForm {
  /** @default that of tables in the scheme; 'half-away-from-zero' where there is none to ask, in {@link lookupTable} */
  readonly rounding?: RoundingMode
  /** @default `[entries]`: 256, or 65536 for 16-bit codes */
  readonly shape?: readonly number[]
  /** Name of the table's constant. @default `<layer>_table` */
  readonly name?: string
}

/**
 * The table of a function over codes: for each code its number, the function in double, the code of the result. An infinite or
 * undefined result is the smallest code, as x86 makes it. A negative code `i` stands at `i` plus the number of entries.
 *
 * @param from type of the codes looked up, 8 or 16 bits
 * @param to type of the codes in the table, 8 or 16 bits
 */
export function lookupTable(
  name: string,
  from: TensorType,
  to: TensorType,
  f: ScalarFunction,
  { rounding = 'half-away-from-zero', shape }: TableForm = {},
): Value {
  const source = from.quant as Quant
  const { scale, zeroPoint } = to.quant as Quant
  const { min, max } = integerRange(from.dtype as TableType)
  const count = max - min + 1
  const dtype = to.dtype as TableType
  const entries = new arrays[dtype](count)
  const limited = saturatorOf(to)
  for (let i = min; i <= max; i++) {
    const code = f((i - source.zeroPoint) * source.scale) / scale + zeroPoint
    entries[i & (count - 1)] = limited(Number.isFinite(code) ? roundTo(code, rounding) : -Infinity)
  }
  return newConstant(name, dtype, shape ?? [count], entries)
}

/** A node that looks each code of `x` up in the table of `f`, whose results become codes as floats do in the scheme. */
export function lookUp(node: Node, x: string, f: ScalarFunction, context: LowerContext, form: TableForm = {}): LoweredNode {
  const name = layerOf(node)
  const type = context.quantizedType(name)
  const { cast, table: ofTables = cast } = context.integers.rounding
  const rounding = form.rounding ?? ofTables
  const table = lookupTable(form.name ?? `${name}_table`, context.quantizedType(x), type, f, { ...form, rounding })
  return loweredTo({ op: 'Lut', inputs: [x, table.name], outputs: [name], attrs: {} }, [table, { name, type }])
}
