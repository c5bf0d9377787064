import { acuity } from '@q/backend-acuity'
import { createReferenceExecutor } from '@q/exec-ref'
import { backendConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'

backendConformance({ runner: { describe, it }, create: () => acuity(), executor: () => createReferenceExecutor(), examines: 'runs' })
