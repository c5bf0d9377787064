import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import { backendConformance } from '@q/ir/conformance'
import { encodeWeights, readTpu, writeTpu } from '@q/mlir'
import { decodeNpz, encodeNpz } from '@q/npz'
import { describe, it } from 'vitest'

const codec = { write: writeTpu, read: readTpu, encodeWeights, arrays: { encode: encodeNpz, decode: decodeNpz } }

const trusted = 'the vendor trusts the calibrated range to end at the limit'
const deviations = {
  ...Object.fromEntries(['Conv', 'MatMul', 'Add', 'Sub', 'Mul'].map((form) => [`${form}, a fused ReLU with a limit`, trusted])),
  'Relu, a limit within the range': trusted,
  Pad: "the vendor's simulator fills with the number and not with its code",
}

backendConformance({
  runner: { describe, it },
  create: () => bm1684x({ codec }),
  executor: () => createReferenceExecutor(),
  deviations,
})
