import { target } from '@q/backend-bm1684x'
import { graph } from '@q/ir'
import { expect, it } from 'vitest'
import { findFloatLayers } from './float-layers.ts'

it('tells of a family that a search was ended for', () => {
  const sums = Array.from({ length: 40 }, (_, i) => `s${i + 2} = Add(s${i}, s${i + 1})`).join('; ')
  const net = graph`x: f32[2]; s0 = Relu(x); s1 = Sigmoid(s0); ${sums}; return ${'s41'}`
  const names = Array.from({ length: 30 }, (_, i) => `a${i}`)
  const block = Object.fromEntries(names.map((name, i) => [name, i < 2 ? ['Relu', 'Add'][i]! : `Add(a${i - 1}, a${i - 2})`]))
  const patterns = [{ name: 'sums', knownBy: [{ block: { ...block, end: 'Add(a29, a0)' } }], keep: [] }]
  expect(findFloatLayers(net, { patterns }, target, 'F16').line).toMatch(
    /^no pattern found, sums: the search for its signs was ended at \d+ layers/,
  )
})

it('keeps what counts the elements that are picked in the widest type', () => {
  const net = graph`
    mask: f32[1,4]
    table: f32[9,2]
    count = CumSum(mask) {axis = 1}
    picked = Gather(table, count) {axis = 0}
    end = Sigmoid(picked)
    return end
  `
  const { plan, shape, line } = findFloatLayers(net, {}, target, 'F16')
  expect([...plan]).toEqual([['count', 'F32']])
  expect(shape).toEqual(['count'])
  expect(line).toBe('no pattern found, 1 layer that says which elements are picked, 1 of 3 layers stay in F32')
})
