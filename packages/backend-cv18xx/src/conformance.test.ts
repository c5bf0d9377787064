import { backendConformance } from '@q/ir/conformance'
import { describe, it } from 'vitest'
import { printedCodec } from '../test/printed-codec.ts'
import { cv18xx } from './cv18xx.ts'

backendConformance({ runner: { describe, it }, create: () => cv18xx({ codec: printedCodec }) })
