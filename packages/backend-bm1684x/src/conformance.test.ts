import { backendConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'
import { printedCodec } from '../test/printed-codec.ts'
import { bm1684x } from './bm1684x.ts'

backendConformance({ runner: { describe, it }, create: () => bm1684x({ codec: printedCodec }) })
