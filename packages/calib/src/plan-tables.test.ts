import { describe, expect, it } from 'vitest'
import type { TinyNode } from './fixtures/tiny-executor.ts'
import { tinyGraph } from './fixtures/tiny-executor.ts'
import { calibratedValues } from './layers.ts'
import { planTables } from './plan-tables.ts'

const method = (name: string) => ({ name, bins: 2048 })

/** A chain of nodes of these ops. */
function chain(ops: readonly string[]) {
  const nodes = ops.map((op, i): TinyNode => [[`v${i}`], op, [i === 0 ? 'x' : `v${i - 1}`]])
  return tinyGraph(64, nodes)
}

/**
 * The thresholds of the `mse` table of a chain, when the method itself says 1 and the largest magnitude is 4.
 *
 * @param percentiles those of the last five magnitudes, in graph order
 */
function thresholds(ops: readonly string[], percentiles: readonly number[]): readonly number[] {
  const values = calibratedValues(chain(ops))
  const { watches, tables } = planTables(chain(ops), values, [method('mse')])
  const results = watches.map(({ value, method: { name } }) => {
    const threshold = name === 'mse' ? 1 : name === 'max' ? 4 : percentiles.at(value - values.length)!
    return { range: { threshold, min: -2, max: 4 }, diagnostics: [] }
  })
  return tables(results)[0]!.ranges.map(({ threshold }) => threshold)
}

describe('the table of mse', () => {
  const ops = ['Relu', 'Relu', 'Relu', 'Relu', 'Relu', 'Relu', 'Relu']

  it('gives the largest magnitude to inputs, and to the last five values whose percentile it is', () => {
    expect(thresholds(ops, [4, 4, 4, 4, 4])).toEqual([4, 1, 1, 4, 4, 4, 4, 4])
    expect(thresholds(['Relu', 'Relu'], [4, 4, 4])).toEqual([4, 4, 4])
  })

  it('does so from the end up to the first whose percentile is smaller', () => {
    expect(thresholds(ops, [4, 4, 3.999, 4, 4])).toEqual([4, 1, 1, 1, 1, 1, 4, 4])
    expect(thresholds(ops, [4, 4, 4, 4, 3.999])).toEqual([4, 1, 1, 1, 1, 1, 1, 1])
  })

  it.each(['Conv', 'MatMul'])('and not before a %s', (op) => {
    expect(thresholds(['Relu', 'Relu', 'Relu', 'Relu', op, 'Relu', 'Relu'], [4, 4, 4, 4, 4])).toEqual([4, 1, 1, 1, 1, 4, 4, 4])
  })

  it('passes over values that are all zeros no more than over a smaller percentile', () => {
    const graph = chain(['Relu'])
    const { watches, tables } = planTables(graph, calibratedValues(graph), [method('mse')])
    const results = watches.map(({ method: { name } }) => ({
      range: name === 'mse' ? { threshold: 1e-5, min: 0, max: 1e-5 } : { threshold: 0, min: 0, max: 0 },
      diagnostics: [],
    }))
    expect(tables(results)[0]!.ranges[1]).toEqual({ threshold: 1e-5, min: 0, max: 1e-5 })
  })
})

it('watches a value by a method once, whoever asks', () => {
  const graph = chain(['Relu', 'Relu'])
  const values = calibratedValues(graph)
  const { watches } = planTables(graph, values, ['kl', 'max', 'mse', 'max', 'kl'].map(method))
  const names = watches.map((watch) => `${watch.value} ${watch.method.name}`)
  expect(new Set(names).size).toBe(names.length)
  expect(names.toSorted()).toEqual(
    [0, 1, 2]
      .flatMap((value) => ['kl', 'max', 'magnitude-percentile', ...(value === 0 ? [] : ['mse'])].map((name) => `${value} ${name}`))
      .toSorted(),
  )
})
