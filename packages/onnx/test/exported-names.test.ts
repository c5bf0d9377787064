import { parseGraph } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { type ExportOptions, exportOnnx } from '../src/index.ts'

async function namesOf(text: string, options?: ExportOptions): Promise<readonly (readonly string[])[]> {
  const session = await ort.InferenceSession.create(exportOnnx(parseGraph(text), options), { logSeverityLevel: 3 })
  const names = [session.inputNames, session.outputNames]
  await session.release()
  return names
}

describe('outputs of an exported file have the names of the graph', () => {
  it.each(['f32[2]', 'f16[2]', 'i8[2]{scale 0.1, zero 0}', 'u8[2]{scale 0.1, zero 3}'])(
    'also an output that is an input, %s',
    async (type) => {
      expect(await namesOf(`x: ${type}; y: ${type} = Reshape(x) {shape = [2]}; return x, y`)).toEqual([['x'], ['x', 'y']])
    },
  )

  it('such an output is the input', async () => {
    const session = await ort.InferenceSession.create(exportOnnx(parseGraph('x: f32[2]; y = Relu(x); return x, y')), {
      logSeverityLevel: 3,
    })
    const { x } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(-1, 2), [2]) })
    expect([...(x!.data as Float32Array)]).toEqual([-1, 2])
    await session.release()
  })

  it('also an output that is a constant, and one that goes by another name', async () => {
    expect(await namesOf('x: f32[2]; k: f32[2] = [1, 2]; y = Relu(x); return k, y')).toEqual([['x'], ['k', 'y']])
    expect(await namesOf('x: f32[2]; y = Relu(x); return x, y', { outputNames: ['a', 'b'] })).toEqual([['x'], ['a', 'b']])
  })

  it.each([
    ['the same output twice', 'x: f32[2]; y = Relu(x); return y, y', {}, 'y'],
    ['two outputs of one name', 'x: f32[2]; y = Relu(x); return x, y', { outputNames: ['a', 'a'] }, 'a'],
    ['an output with the name of an input', 'x: f32[2]; y = Relu(x)', { outputNames: ['x'] }, 'x'],
    ['an input of another element type', 'x: f32[2]; y = Relu(x); return x, y', { inputTypes: ['u8'] }, 'x'],
  ] as const)('refuses %s', (_, text, options, name) => {
    expect(() => exportOnnx(parseGraph(text), options)).toThrow(expect.objectContaining({ code: 'ONNX_EXPORT', at: [name] }))
  })
})
