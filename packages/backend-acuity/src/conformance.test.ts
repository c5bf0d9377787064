import { backendConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'
import { acuity } from './acuity.ts'

backendConformance({ runner: { describe, it }, create: () => acuity() })
