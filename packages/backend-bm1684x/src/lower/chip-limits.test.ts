import { parseGraph, type QuantMode, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { bm1684x } from '../bm1684x.ts'

/** What is told of a layer; every value has a range from `least` on. */
function told(text: string, mode: QuantMode = 'F16', least = -2): readonly string[] {
  const graph = parseGraph(text)
  const names = [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]
  const table = new Map(names.map((name) => [name, { threshold: 2, min: least, max: 2 }]))
  return resolve(graph, table, new Map(), bm1684x(), { mode })
    .diagnostics.filter(({ code }) => code === 'CHIP_LIMIT')
    .map(({ message, at }) => `${at?.join()}: ${message}`)
}

/* Each was compiled and run by TPU-MLIR 1.30.2 and its simulator. */
describe('what is right here and not behind this program is told', () => {
  it.each([
    ['1,4,15,15', false],
    ['1,4,14,14', true],
    ['1,128,10,10', false],
    ['1,65,10,9', true],
    ['2,4,12,12', false],
    ['4,4,6,6', true],
    ['1,512,3,3', true],
    ['1,1024,4,4', false],
  ])('response normalizations of few elements, on which the compiler ends: %s', (shape, isTold) => {
    expect(told(`x: f32[${shape}]; y = LRN(x) {size = 3}`)).toHaveLength(Number(isTold))
  })

  it('floats of Sinh, Cosh and Atanh, which have no room of their own; codes are looked up', () => {
    expect(told('x: f32[1,4]; y = Sinh(x); z = Cosh(x); t = Atanh(x)')).toEqual([
      expect.stringContaining('Sinh y'),
      expect.stringContaining('Cosh z'),
      expect.stringContaining('Atanh t'),
    ])
    expect(told('x: f32[1,4]; y = Sinh(x); z = Cosh(x)', 'INT8')).toEqual([])
  })

  it.each(['GatherElements', 'GatherND', 'ScatterElements', 'ScatterND'])('places of a %s that are computed and may be negative', (op) => {
    const operands = op.startsWith('Gather') ? 'x, i' : 'x, i, u'
    const shape = op.endsWith('ND') ? '2,1' : '2,3'
    const text = (maker: string) => `x: f32[2,3]; j: f32[${shape}]; u: f32[2,3]; ${maker}; y = ${op}(${operands})`
    expect(told(text('i = Floor(j)'))).toEqual([expect.stringContaining(`${op} y may fail on the chip`)])
    expect(told(text('i = Floor(j)'), 'F16', 0)).toEqual([])
    expect(told(text(`i: f32[${shape}] = [${shape === '2,1' ? '0, -1' : '0, 1, 1, 0, 0, -1'}]`))).toEqual([])
  })

  it('but not those of an ArgMax', () => {
    const text = 'x: f32[2,3]; j: f32[2,3]; i, v = ArgMax(j) {axis = 1, keepdims = true}; y = GatherElements(x, i) {axis = 1}'
    expect(told(text)).toEqual([])
  })
})
