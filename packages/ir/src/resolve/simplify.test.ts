import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { SimplifyPass } from '../contracts/backend.ts'
import { four, row, toyChip } from './fixtures/toy-chip.ts'
import { resolve } from './resolve.ts'

const graph = smallGraph({
  stage: 'float',
  values: { x: four, a: four, b: four, c: four },
  nodes: [node('Relu', ['x'], ['a']), node('Relu', ['a'], ['b']), node('Add', ['b', 'b'], ['c'])],
  outputs: ['c'],
})
const table = new Map(['x', 'a', 'b', 'c'].map((name) => [name, row(2, -1)]))
const layersOf = (passes: readonly SimplifyPass[], mode: string) =>
  resolve(graph, table, new Map(), { ...toyChip, simplify: passes }, { mode }).graph.nodes.map(({ op, outputs }) => `${op} ${outputs}`)

describe('passes of a back end', () => {
  it('make of a graph what they make of its parts', () => {
    expect(layersOf([], 'F32')).toEqual(['Relu a', 'Relu b', 'Add c'])
    expect(layersOf(toyChip.simplify!, 'F32')).toEqual(['Relu a', 'Add c'])
  })

  it('run where there is an operator that they start from, and nowhere else', () => {
    const seen = (ops: readonly string[]) => {
      const runs: string[] = []
      const run: SimplifyPass['run'] = (part) => {
        runs.push(...part.nodes.map(({ op }) => op))
        return part
      }
      const pass: SimplifyPass = { name: 'look', ops, run }
      layersOf([pass], 'F32')
      return runs
    }
    expect(seen(['Relu'])).toContain('Relu')
    expect(seen(['Softmax'])).toEqual([])
  })

  it('come after casts that do nothing have gone', () => {
    const behind = smallGraph({
      stage: 'float',
      values: { x: four, a: four, b: four },
      nodes: [node('Cast', ['x'], ['a'], { to: 'f32' }), node('Relu', ['a'], ['b'])],
      outputs: ['b'],
    })
    const all = { INT8: 'INT8', F16: 'F16', F32: 'F32' }
    const chip = {
      ...toyChip,
      target: { ...toyChip.target, ops: { ...toyChip.target.ops, Cast: all } },
      lower: { ...toyChip.lower, Cast: toyChip.lower['Relu']! },
    }
    expect(resolve(behind, table, new Map(), chip, { mode: 'F32' }).graph.nodes.map(({ op }) => op)).toEqual(['Relu'])
  })
})
