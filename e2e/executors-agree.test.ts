import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { executorConformance } from '@q/ir/conformance'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, it } from 'vitest'

for (const precision of ['exact', 'fast'] as const) {
  for (const parameters of ['baked', 'fed'] as const) {
    describe(`${precision} on ONNX Runtime, parameters ${parameters}`, () => {
      executorConformance({
        runner: { describe, it },
        create: (cache) =>
          createOrtExecutor({
            ort,
            onnx: onnxTranslator,
            precision,
            parameters,
            threads: 1,
            fallback: createReferenceExecutor(),
            ...(cache === undefined ? {} : { cache }),
          }),
        reference: () => createReferenceExecutor(),
      })
    })
  }
}
