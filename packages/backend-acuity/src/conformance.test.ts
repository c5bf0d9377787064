import { backendConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'
import { acuity } from './acuity.ts'
import { codeModes } from './target.ts'

backendConformance({ runner: { describe, it }, create: () => acuity(), alike: [codeModes, ['QBF16', 'BF16', 'F16', 'F32']] })
