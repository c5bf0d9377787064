import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import { backendConformance } from '@q/ir/conformance'
import { encodeWeights, readTpu, writeTpu } from '@q/mlir'
import { decodeNpz, encodeNpz } from '@q/npz'
import { describe, it } from 'vitest'

const codec = { write: writeTpu, read: readTpu, encodeWeights, arrays: { encode: encodeNpz, decode: decodeNpz } }

const trusted = 'the vendor trusts the calibrated range to end at the limit'
const copied = 'the vendor copies codes whatever their scales'
const placed = 'the vendor takes the elements of a constant operand for codes'
const ranged = 'the vendor trusts the calibrated range to end at zero'
const deviations = {
  ...Object.fromEntries(['ShuffleChannel, two samples', 'SwapDimInner, as it is'].map((title) => [title, copied])),
  ...Object.fromEntries(
    ['a constant tensor', 'a constant for each channel', 'a constant on the left'].flatMap((title) => [
      [`Max, ${title}`, placed],
      [`Min, ${title}`, placed],
    ]),
  ),
  'Mul#constant, a ReLU': ranged,
  'Min#constant, a ReLU': ranged,
  ConvTranspose: 'transposed convolutions round halves away from zero',
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
