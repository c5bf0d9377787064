import { observerConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'
import { kl } from './kl.ts'
import { max } from './max.ts'

const runner = { describe, it }

observerConformance({ runner, create: () => max() })
// Its bins grow with the first samples' range, so a threshold depends on which sample came first.
observerConformance({ runner, create: () => kl(), orderTolerance: Number.POSITIVE_INFINITY })
