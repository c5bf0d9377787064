import { backendConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'
import { bm1684x } from './bm1684x.ts'

backendConformance({ runner: { describe, it }, create: () => bm1684x() })
