import type { Node } from '@q/ir'
import { elementCount, storageArray } from '@q/ir'
import { carrierOf } from '../onnx/carriers.ts'
import type { Translate, Translation } from './translator.ts'

/** Whether a value of the graph has no elements. */
export const isEmpty = (t: Translation, name: string): boolean => elementCount(t.typeOf(name).shape) === 0

/** Whether a node takes or gives a value without elements. */
export const touchesEmpty = ({ inputs, outputs }: Node, t: Translation): boolean =>
  [...inputs, ...outputs].some((name) => name !== undefined && isEmpty(t, name))

/**
 * Results without elements, which are constants whatever the operator. ONNX Runtime's kernels divide by sizes, leave memory as it was and read a
 * 0 in a shape as "the same as before"; so none of them sees an empty value, and nodes that make something of nothing have no form here.
 */
export const translateEmpty: Translate = ({ outputs }, t) => {
  if (!outputs.every((name) => isEmpty(t, name))) return undefined
  return outputs.map((name) => {
    const type = t.typeOf(name)
    const dtype = carrierOf(type)
    return t.build.constant({ dtype, shape: type.shape, data: new storageArray[dtype](0) })
  })
}
