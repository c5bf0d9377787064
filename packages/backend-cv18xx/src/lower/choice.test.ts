import { parseGraph, resolve } from '@q/ir'
import { expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

const range = (most: number) => ({ threshold: most, min: -most, max: most })

it.each(['Max', 'Min'])('brings operands of two scales to the scale of the result before they are compared: %s', (op) => {
  const text = `x: f32[1,2,3]; z: f32[1,2,3]; a = Sigmoid(x); b = Sigmoid(z); y = ${op}(x, z); return y, a, b`
  const table = new Map([
    ['x', range(1)],
    ['z', range(2.5)],
    ['y', range(2)],
    ['a', range(1)],
    ['b', range(1)],
  ])
  const { graph } = resolve(parseGraph(text), table, new Map(), cv18xx(), { mode: 'INT8' })
  expect(graph.nodes.find(({ outputs }) => outputs[0] === 'y')).toMatchObject({
    op: `Q${op}`,
    attrs: { multipliers: [32, 80], shifts: [6], rounding: 'half-up' },
  })
})
