import { createReferenceExecutor } from '@q/exec-ref'
import { type Graph, parseGraph, resolve, type Tensor } from '@q/ir'
import { backendConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { nova } from './nova.ts'

backendConformance({ runner: { describe, it }, create: () => nova(), executor: () => createReferenceExecutor() })

/** A network with zero points on everything: ranges are all positive, all negative and in between. */
const network = parseGraph(`
  x: f32[1,2,4,4]; w: f32[2,2,3,3] = [${Array.from({ length: 36 }, (_, i) => Math.sin(i) / 3)}]; b: f32[2] = [0.3, -0.2]
  c = Conv(x, w, b) {strides = [1, 1], pads = [1, 1, 1, 1]}
  s = Sigmoid(c)
  y = Add(c, s)
`)
const graph: Graph = { ...network, outputs: ['y'] }
const ranges = { x: [0.5, 2], c: [-2, 3], s: [0, 1], y: [-2, 4] } as const
const table = new Map(Object.entries(ranges).map(([name, [min, max]]) => [name, { threshold: Math.max(-min, max), min, max }]))
const input: Tensor = { dtype: 'f32', shape: [1, 2, 4, 4], data: Float32Array.from({ length: 32 }, (_, i) => 0.5 + ((i * 7) % 32) / 21) }

async function run(each: Graph): Promise<readonly number[]> {
  const session = await createReferenceExecutor().load(each)
  const result = (await session.run(new Map([['x', input]]))).get(each.outputs[0]!)!
  return Array.from(result.data, Number)
}

describe('nova', () => {
  it('computes with zero points: results are those of floats to two steps', async () => {
    const resolved = resolve(graph, table, new Map(), nova(), { mode: 'INT8' }).graph
    const ops = resolved.nodes.map(({ op }) => op)
    expect(ops).toEqual(['QuantizeLinear', 'QConv', 'Lut', 'QAdd', 'DequantizeLinear'])
    expect(resolved.values.get('c')!.type).toMatchObject({ dtype: 'u8', quant: { zeroPoint: 102 } })
    const [wanted, found] = [await run(graph), await run(resolved)]
    found.forEach((each, i) => void expect(Math.abs(each - wanted[i]!)).toBeLessThan(2 * (6 / 255)))
  })

  it('writes a program and the weights it points to', () => {
    const resolved = resolve(graph, table, new Map(), nova(), { mode: 'INT8' }).graph
    const { files } = nova().emit(resolved, { name: 'net', time: 0 })
    expect([...files.keys()]).toEqual(['net.nova', 'net.novaw'])
    const text = new TextDecoder().decode(files.get('net.nova'))
    expect(text).toMatch(/^input x f32\[1,2,4,4\]$/m)
    const place = Number(/QConv\(\w+, @(\d+):i8/.exec(text)![1])
    const [largest] = resolved.values.get('c_weight')!.constant!.data as Int8Array
    expect(new Int8Array(files.get('net.novaw')!.buffer)[place]).toBe(largest)
  })

  it('keeps filters that are too large in float32, and refuses what it cannot address', () => {
    const wide = parseGraph(
      `x: f32[1,1,8,8]; w: f32[1,1,8,8] = [${Array<number>(64).fill(0.1)}]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}`,
    )
    const resolved = resolve({ ...wide, outputs: ['y'] }, table, new Map(), nova(), { mode: 'INT8' }).graph
    expect(resolved.nodes.map(({ op }) => op)).toEqual(['Conv'])
    const huge = { ...parseGraph('x: f32[32768,32768]; y = Relu(x)'), outputs: ['y'] }
    expect(() => resolve(huge, table, new Map(), nova(), { mode: 'INT8' })).toThrow(expect.objectContaining({ code: 'NOVA_ADDRESS' }))
  })
})
