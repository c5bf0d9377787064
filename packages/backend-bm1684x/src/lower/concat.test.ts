import { graph, resolve } from '@q/ir'
import { expect, it } from 'vitest'
import { bm1684x } from '../bm1684x.ts'

it('an operand of two concatenations is brought to the scale of each in their order, and its cast has the name of the first', () => {
  const net = graph`
    x: f32[1,1,2,2]
    a = Sigmoid(x)
    b = Tanh(x)
    first = Concat(x, a) {axis = 1}
    second = Concat(x, b, a) {axis = 1}
    return first, second
  `
  const row = (most: number, min = -most) => ({ threshold: most, min, max: most })
  const table = new Map([
    ['x', row(3)],
    ['a', row(1, 0)],
    ['b', row(1)],
    ['first', row(4)],
    ['second', row(5)],
  ])
  const names = resolve(net, table, new Map(), bm1684x(), { mode: 'INT8' }).graph.nodes.flatMap(({ outputs }) => outputs)
  expect(names.filter((name) => name.includes('x_to_'))).toEqual(['xx_to_first_si8', 'x_to_first', 'x_to_second'])
})
