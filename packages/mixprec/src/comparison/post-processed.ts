import type { Tensor } from '@q/ir'
import type { PostProcess } from './comparison.ts'

/**
 * What a user's function makes of results. It is given tensors of its own, which it may change in place, and what it returns is copied: it may be of memory that the function fills anew at
 * every call.
 */
export function postProcessed(results: ReadonlyMap<string, Tensor>, postProcess: PostProcess): ReadonlyMap<string, Tensor> {
  return copied(postProcess(copied(results)))
}

const copied = (tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> =>
  new Map([...tensors].map(([name, { dtype, shape, data }]) => [name, { dtype, shape: [...shape], data: data.slice() }]))
