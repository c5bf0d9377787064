import { decodeBf16Array } from '../../number/bf16.ts'
import { decodeF16Array } from '../../number/f16.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { AttrValue } from '../types.ts'

/** A double as text that reads back as the same double. */
export function printNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** An attribute as text: lists in brackets, words in quotes. */
export function printAttribute(value: AttrValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return printNumber(value)
  if (typeof value === 'boolean') return String(value)
  return `[${value.map(printAttribute).join(', ')}]`
}

/** The elements of a tensor: one number when all are the same, otherwise a list in C order. */
export function printElements({ dtype, data }: Tensor): string {
  const words =
    data instanceof BigInt64Array || data instanceof BigUint64Array
      ? Array.from(data, String)
      : data instanceof Uint16Array && dtype === 'f16'
        ? Array.from(decodeF16Array(data), shortest)
        : data instanceof Uint16Array && dtype === 'bf16'
          ? Array.from(decodeBf16Array(data), shortest)
          : data instanceof Float32Array
            ? Array.from(data, shortest)
            : Array.from(data, printNumber)
  return words.length > 1 && words.every((word) => word === words[0]) ? words[0]! : `[${words.join(', ')}]`
}

/** The fewest digits that read back as the same float32. */
function shortest(value: number): string {
  if (value === 0) return printNumber(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return printNumber(short)
  }
  return printNumber(Number.isFinite(value) ? Number(value.toPrecision(9)) : value)
}
