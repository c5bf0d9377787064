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

it.each([
  ['x', '__proto__', 'y', undefined],
  ['x', 'r', '__proto__', undefined],
  ['x', 'r', '__proto__', ['r', '__proto__']],
  ['x', '__proto__', 'y', ['y', '__proto__']],
  ['__proto__', 'constructor', 'toString', ['toString', 'constructor']],
  ['constructor', '__proto__', 'hasOwnProperty', ['__proto__']],
  ['x', 'toString', '__proto__', ['toString']],
])('names of what every object has are names as any other: %s, %s, %s, of which %j is wanted', async (x, r, y, names) => {
  const folder = mkdtempSync(join(tmpdir(), 'q-original-'))
  const path = join(folder, 'm.onnx')
  const file = exportOnnx(parseGraph(`"${x}": f32[1,2]; "${r}" = Relu("${x}"); "${y}" = Sigmoid("${r}"); return "${y}"`))
  writeFileSync(path, file)
  const declared = [{ name: x, dtype: 'f32', shape: [1, 2] }] as const
  const original = await openOriginal(path, { declared, ...(names === undefined ? {} : { fetches: { names, bytes: file } }) })
  try {
    expect(original.outputs).toEqual(names ?? [y])
    const made = await original.run(new Map([[x, tensor('f32', [1, 2], Float32Array.of(0, -1))]]))
    const wanted = new Map([
      [r, [0, 0]],
      [y, [0.5, 0.5]],
    ])
    expect(original.outputs.map((name) => [...made.get(name)!.data])).toEqual(original.outputs.map((name) => wanted.get(name)))
  } finally {
    await original.close()
    rmSync(folder, { recursive: true })
  }
})
