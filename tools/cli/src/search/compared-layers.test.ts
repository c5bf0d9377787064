import { expect, it } from 'vitest'
import { parseComparedLayers } from './compared-layers.ts'

it('weights of compared layers are not negative', () => {
  expect(parseComparedLayers('h:0,m:1')).toEqual([
    { name: 'h', weight: 0 },
    { name: 'm', weight: 1 },
  ])
  expect(() => parseComparedLayers('h:2,m:-1')).toThrow(expect.objectContaining({ code: 'COMPARE_LAYERS' }))
})
