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
