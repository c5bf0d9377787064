import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { executorConformance } from '@q/ir/conformance'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, it } from 'vitest'

for (const precision of ['exact', 'fast'] as const) {
  describe(`${precision} on ONNX Runtime`, () => {
    executorConformance({
      runner: { describe, it },
      create: () => createOrtExecutor({ ort, onnx: onnxTranslator, precision, fallback: createReferenceExecutor(), threads: 1 }),
      reference: () => createReferenceExecutor(),
    })
  })
}
