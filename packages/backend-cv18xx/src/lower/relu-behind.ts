import { type LowerOp, layerOf } from '@q/ir'
import { inBf16 } from './in-bf16.ts'
import { bf16StyleOf } from './lut-bf16.ts'
import { reluOf } from './relu-of.ts'

/**
 * A lowering of an operator of which the chip has no form with a ReLU: one that the layer ends in stands behind it, by itself. Codes have none with a limit.
 *
 * @param ending of the name of what comes before the ReLU; of pools it is that of TPU-MLIR
 *
 * Names are those of TPU-MLIR 1.30.2: of `conv_Relu`, what comes before the ReLU is `conv__pool`.
 */
export const reluBehind =
  (lower: LowerOp, ending = '_pool'): LowerOp =>
  (node, context) => {
    const { relu, reluLimit } = context.attrs(node)
    if (relu !== true) return lower(node, context)
    const hasLimit = Number(reluLimit) > 0
    if (hasLimit && context.scheme.kind !== 'float')
      return inBf16(node, context, 'it ends in a ReLU with a limit', reluBehind(lower, ending))
    const made = lower(node, context)
    const name = layerOf(node)
    const plain = `${name.replace(/Relu$/, '')}${ending}`
    const last = made.nodes.at(-1)!
    const { type } = made.values.find((value) => value.name === name)!
    // Where the node itself fell back to floats, it says how they are made; one that copies makes none.
    const { bf16 } = 'bf16' in last.attrs ? last.attrs : bf16StyleOf(context)
    const style = type.quant === undefined && bf16 !== undefined ? { bf16 } : {}
    return {
      ...made,
      nodes: [
        ...made.nodes.slice(0, -1),
        { ...last, outputs: [plain], attrs: { ...last.attrs, relu: false, ...('reluLimit' in last.attrs ? { reluLimit: -1 } : {}) } },
        reluOf(plain, name, type.quant === undefined ? Number(reluLimit) : -1, style),
      ],
      values: [...made.values, { name: plain, type }],
    }
  }
