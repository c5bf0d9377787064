import type { Graph } from '@q/ir'
import { expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { observeModel } from './calibrate-model.ts'

it('a name that no row of a table can hold is refused before any sample is looked for', async () => {
  const name = 'a b'
  const graph: Graph = {
    name: 'n',
    inputs: [{ name }],
    outputs: [name],
    nodes: [],
    values: new Map([[name, { name, type: { dtype: 'f32', shape: [1] } }]]),
    ops: new Map(),
    properties: {},
  }
  const choice = { dataset: 'nowhere', methods: ['max'], bins: 2048, tuneNum: 0, inputNum: 1 } as const
  const observed = observeModel(graph, { mlir: 'n.mlir', table: 'table' }, choice, {} as Context)
  await expect(observed).rejects.toMatchObject({ code: 'CALIBRATION_NAME_INVALID' })
})
