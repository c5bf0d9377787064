import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import { backendConformance } from '@q/ir/conformance'
import { encodeWeights, readTpu, writeTpu } from '@q/mlir'
import { decodeNpz, encodeNpz } from '@q/npz'
import { describe, it } from 'vitest'

const codec = { write: writeTpu, read: readTpu, encodeWeights, arrays: { encode: encodeNpz, decode: decodeNpz } }

backendConformance({
  runner: { describe, it },
  create: () => bm1684x({ codec }),
  executor: () => createReferenceExecutor(),
})
