import { backendConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'
import { tiny } from './tiny.ts'

backendConformance({ runner: { describe, it }, create: () => tiny() })
