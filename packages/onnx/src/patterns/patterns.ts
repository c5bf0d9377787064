import type { RuleSet } from '../net/rules.ts'
import { gelu } from './gelu.ts'
import { hardSigmoid, hardSwish } from './hard-swish.ts'
import { layerNorm } from './layer-norm.ts'
import { truthCast } from './truth-cast.ts'

/** Groups of ONNX operators that spell one operator. */
export const patterns: RuleSet = {
  Mul: [gelu, hardSwish],
  Cast: [truthCast],
  Div: [hardSwish, hardSigmoid, layerNorm],
}
