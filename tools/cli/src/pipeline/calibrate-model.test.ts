import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Diagnostic, Graph } from '@q/ir'
import { parseGraph } from '@q/ir'
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

it('layers of which several methods warn are told once for each warning', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-zeros-'))
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }".padEnd(117)
  const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, 'latin1')
  writeFileSync(join(folder, 'x.npy'), Buffer.concat([head, Buffer.alloc(4)]))
  const told: Diagnostic[] = []
  const reporter = { diagnostic: (each: Diagnostic) => told.push(each), progress() {} }
  const choice = { dataset: folder, methods: ['max', 'mse', 'kl'], bins: 2048, tuneNum: 0, inputNum: 1 } as const
  const context = { reporter, files: { mostBytes: 2 ** 20 }, signal: new AbortController().signal } as unknown as Context
  await observeModel(parseGraph('x: f32[1,1]; y = Relu(x)'), { mlir: 'n.mlir', table: join(folder, 'table') }, choice, context)
  const words = told.map(({ message }) => message)
  expect(words).toContainEqual(expect.stringContaining('layer y is all zeros'))
  expect(new Set(words).size).toBe(words.length)
  rmSync(folder, { recursive: true })
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
