import { type DType, storageArray } from '../tensor/tensor.ts'

/** Makes whole numbers fit an integer type of up to 32 bits as its storage does: modulo the number of its elements. */
export function wrapperTo(dtype: DType): (x: number) => number {
  const one = new (storageArray[dtype] as Int32ArrayConstructor)(1)
  return (x) => {
    one[0] = x
    return one[0]!
  }
}
