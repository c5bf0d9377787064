import { defineOp, float, int, one, optional, own, weight } from '../define.ts'
import { like } from '../infer.ts'

/** Normalizes over the axes from `axis` on. @see https://onnx.ai/onnx/operators/onnx__LayerNormalization.html */
export const LayerNormalization = defineOp({
  name: 'LayerNormalization',
  inputs: { x: one(own()), scale: optional(weight(-1)), bias: optional(weight(-1)) },
  outputs: { y: own() },
  attrs: { axis: int(-1), epsilon: float(1e-5) },
  infer: ({ x }) => ({ y: like(x) }),
})

/** Divides by the root of the mean square over the last axis. @see https://onnx.ai/onnx/operators/onnx__RMSNormalization.html */
export const RMSNormalization = defineOp({
  name: 'RMSNormalization',
  inputs: { x: one(own()), scale: optional(weight(-1)) },
  outputs: { y: own() },
  attrs: { epsilon: float(1e-5) },
  infer: ({ x }) => ({ y: like(x) }),
})

/** Normalizes each of `num_groups` groups of channels. @see https://onnx.ai/onnx/operators/onnx__GroupNormalization.html */
export const GroupNormalization = defineOp({
  name: 'GroupNormalization',
  inputs: { x: one(own()), scale: optional(weight(1)), bias: optional(weight(1)) },
  outputs: { y: own() },
  attrs: { num_groups: int(), epsilon: float(1e-5) },
  infer: ({ x }) => ({ y: like(x) }),
})

/** Normalizes each plane. @see https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html */
export const InstanceNormalization = defineOp({
  name: 'InstanceNormalization',
  inputs: { x: one(own()), scale: optional(weight(1)), bias: optional(weight(1)) },
  outputs: { y: own() },
  attrs: { epsilon: float(1e-5) },
  infer: ({ x }) => ({ y: like(x) }),
})

/** Extension: normalizes over axis 1 at every place. */
export const PixelNormalization = defineOp({
  name: 'PixelNormalization',
  inputs: { x: one(own()), scale: optional(weight(1)), bias: optional(weight(1)) },
  outputs: { y: own() },
  attrs: { epsilon: float(1e-5) },
  infer: ({ x }) => ({ y: like(x) }),
})

/** Local response normalization over `size` channels. @see https://onnx.ai/onnx/operators/onnx__LRN.html */
export const LRN = defineOp({
  name: 'LRN',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { size: int(), alpha: float(1e-4), beta: float(0.75), bias: float(1) },
  infer: ({ x }) => ({ y: like(x) }),
})
