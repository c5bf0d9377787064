import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseGraph, tensor } from '@q/ir'
import { exportOnnx } from '@q/onnx'
import { expect, it } from 'vitest'
import { openOriginal } from './original-model.ts'

const bytes = exportOnnx(parseGraph('x: f32[1,2]; r = Relu(x); y = Sigmoid(r); return y'))

it('what is wanted twice is told twice and made once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-original-'))
  const path = join(folder, 'm.onnx')
  writeFileSync(path, bytes)
  const declared = [{ name: 'x', dtype: 'f32', shape: [1, 2] }] as const
  const original = await openOriginal(path, { declared, fetches: { names: ['y', 'r', 'y'], bytes } })
  try {
    expect(original.outputs).toEqual(['y', 'r', 'y'])
    const made = await original.run(new Map([['x', tensor('f32', [1, 2], Float32Array.of(0, -1))]]))
    expect(original.outputs.map((name) => [...made.get(name)!.data])).toEqual([
      [0.5, 0.5],
      [0, 0],
      [0.5, 0.5],
    ])
  } finally {
    await original.close()
    rmSync(folder, { recursive: true })
  }
})
