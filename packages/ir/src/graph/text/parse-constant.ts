import { decodeBf16Array, encodeBf16Array } from '../../number/bf16.ts'
import { decodeF16Array, encodeF16Array } from '../../number/f16.ts'
import { elementCount, storageArray, type Tensor, type TensorData } from '../../tensor/tensor.ts'
import type { TensorType } from '../types.ts'
import { parseDigits, parseList } from './parse-parts.ts'
import type { Scanner } from './scanner.ts'

/** The elements of a constant: a list in C order, one number for all, or the word `constant` when they are not written. */
export function parseConstant(scanner: Scanner, { dtype, shape }: TensorType): Tensor | undefined {
  if (scanner.match(/constant\b/y) !== undefined) return undefined
  const count = elementCount(shape)
  const listed = scanner.match(/(?=\[)/y) !== undefined
  const words = listed ? parseList(scanner, '[', ']', () => parseDigits(scanner)) : new Array<string>(count).fill(parseDigits(scanner))
  if (words.length !== count) return scanner.fail(`${count} elements before this, not ${words.length}`)
  return { dtype, shape, data: storedAs(dtype, words, scanner) }
}

function storedAs(dtype: TensorType['dtype'], words: readonly string[], scanner: Scanner): TensorData {
  if (dtype === 'i64' || dtype === 'u64') {
    if (!words.every((word) => /^-?\d+$/.test(word))) return scanner.fail('whole numbers before this')
    return dtype === 'i64' ? BigInt64Array.from(words, BigInt) : BigUint64Array.from(words, BigInt)
  }
  const numbers = Float64Array.from(words, Number)
  if (dtype === 'f16' || dtype === 'bf16') return sixteenBits(dtype, Float32Array.from(numbers))
  const data = storageArray[dtype].from(numbers)
  if (dtype !== 'f32' && data.some((element, i) => !Object.is(element, numbers[i]) && element !== numbers[i])) {
    return scanner.fail(`elements that ${dtype} can hold before this`)
  }
  return data
}

/** Bits of a 16-bit float, or the float32 numbers themselves when one of them is no 16-bit float. */
function sixteenBits(dtype: 'f16' | 'bf16', numbers: Float32Array): Float32Array | Uint16Array {
  const bits = dtype === 'f16' ? encodeF16Array(numbers) : encodeBf16Array(numbers)
  const back = dtype === 'f16' ? decodeF16Array(bits) : decodeBf16Array(bits)
  return numbers.every((number, i) => Object.is(number, back[i])) ? bits : numbers
}
