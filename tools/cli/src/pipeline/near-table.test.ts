import { parseCalibrationTable, parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { nearTable } from './near-table.ts'

const graph = parseGraph('x: f32[1,4]; r = Relu(x); s = Reshape(r) {shape = [2, 2]}; t = Transpose(s) {perm = [1, 0]}; y = Sigmoid(t)')
const required = ['x', 'r', 's', 't', 'y']
const tableOf = (...names: readonly string[]) => parseCalibrationTable(names.map((name, i) => `${name} ${i + 1} -${i} ${i + 1}\n`).join(''))
const near = (...names: readonly string[]) => nearTable(tableOf(...names), graph, required, 'table')

describe('a table that fits nearly', () => {
  it('is left as it is where it fits', () => {
    const { table, diagnostics } = near(...required)
    expect([...table.entries.keys()]).toEqual(required)
    expect(diagnostics).toEqual([])
  })

  it('has the row of what is moved, through several moves, and says so', () => {
    const { table, diagnostics } = near('x', 'r', 'y')
    expect(table.entries.get('t')).toEqual(table.entries.get('r'))
    expect(diagnostics.map(({ code }) => code)).toEqual(['CALIBRATION_ROWS_ADDED'])
    expect(diagnostics[0]!.message).toContain('s, t')
  })

  it('has the row of what is cut or bordered by zeros too, and none where the border may be beyond the range', () => {
    const row = tableOf('x')
    const bordered = (value: number) =>
      parseGraph(
        `x: f32[1,4]; s = Slice(x) {starts = [0, 1], ends = [1, 3], steps = [1, 1]}; p = Pad(s) {pads = [0, 1, 0, 1], mode = "constant", value = ${value}}`,
      )
    const rows = (value: number) => [...nearTable(row, bordered(value), ['x', 's', 'p'], 'table').table.entries]
    expect(rows(0).map(([name, { max }]) => [name, max])).toEqual([
      ['x', 1],
      ['s', 1],
      ['p', 1],
    ])
    expect(rows(7).map(([name]) => name)).toEqual(['x', 's'])
  })

  it('has no row for a layer that computes, and keeps what it has beside for the refusal', () => {
    const { table, diagnostics } = near('x', 'r', 's', 't', 'z')
    expect([...table.entries.keys()]).toEqual(['x', 'r', 's', 't', 'z'])
    expect(diagnostics).toEqual([])
  })

  it('loses rows of layers that are not there, and says so', () => {
    const { table, diagnostics } = near(...required, 'a', 'b')
    expect([...table.entries.keys()]).toEqual(required)
    expect(diagnostics.map(({ code, message }) => [code, message.endsWith('a, b')])).toEqual([['CALIBRATION_ROWS_UNUSED', true]])
  })
})
