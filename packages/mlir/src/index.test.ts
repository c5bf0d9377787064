import { expect, it } from 'vitest'
import * as surface from './index.ts'

it('exports what its users rely on, and nothing else', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'countFlops',
    'encodeWeights',
    'parseMlir',
    'printMlir',
    'readTop',
    'readTpu',
    'topOperators',
    'tpucCompiler',
    'writeTop',
    'writeTpu',
  ])
})
