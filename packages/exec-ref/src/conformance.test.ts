import { executorConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'

import { createReferenceExecutor } from './reference-executor.ts'

executorConformance({
  runner: { describe, it },
  create: (cache) => createReferenceExecutor(cache === undefined ? {} : { cache }),
  reference: () => createReferenceExecutor(),
})
