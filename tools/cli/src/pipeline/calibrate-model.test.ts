import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Graph } from '@q/ir'
import { expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { createRunFiles } from '../files/run-files.ts'
import { observeModel } from './calibrate-model.ts'

const graphOf = (name: string): Graph => ({
  name: 'n',
  inputs: [{ name }],
  outputs: [name],
  nodes: [],
  values: new Map([[name, { name, type: { dtype: 'f32', shape: [1] } }]]),
  ops: new Map(),
  properties: {},
})

const context = { files: createRunFiles(() => {}), reporter: { note: () => {} } } as unknown as Context

it('a name that no row of a table can hold is refused before any sample is looked for', async () => {
  const choice = { dataset: 'nowhere', methods: ['max'], bins: 2048, tuneNum: 0, inputNum: 1 } as const
  const observed = observeModel(graphOf('a b'), { mlir: 'n.mlir', table: 'table' }, choice, context)
  await expect(observed).rejects.toMatchObject({ code: 'CALIBRATION_NAME_INVALID' })
})

it('what was calibrated before counts no more when a sample of the tuning was changed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-tune-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const dataList = file('list', file('a.npz', 'a'))
  const tuneList = file('tune', file('t.npz', 'tune'))
  const choice = { dataList, tuneList, methods: ['kl'], bins: 2048, tuneNum: 1, inputNum: 1 } as const
  const keys: string[] = []
  const kept = {
    read(key: string) {
      keys.push(key)
      return []
    },
    write() {},
  }
  const observe = () => observeModel(graphOf('x'), { mlir: 'n.mlir', table: join(folder, 'table') }, choice, context, kept)
  await observe()
  await observe()
  file('t.npz', 'another')
  await observe()
  expect([keys[0] === keys[1], keys[1] === keys[2]]).toEqual([true, false])
  rmSync(folder, { recursive: true })
})
