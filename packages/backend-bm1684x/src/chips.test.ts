import { parseGraph, type QuantMode, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { bm1684x, memberOf } from './bm1684x.ts'
import { type Chip, chipFacts, chips } from './chips.ts'

const row = (threshold: number) => ({ threshold, min: -threshold, max: threshold })
const rows = (...names: readonly string[]) => new Map(names.map((name) => [name, row(2)]))
const floats = (text: string) => parseGraph(`graph g {stage = "float"}; ${text}`)

/** Operators and element types of what a chip makes of a network. */
function lowered(backend: ReturnType<typeof bm1684x>, text: string, mode: QuantMode): Readonly<Record<string, string>> {
  const graph = floats(text)
  const table = rows(...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs))
  const { nodes, values } = resolve(graph, table, new Map(), backend, { mode }).graph
  return Object.fromEntries(nodes.map(({ op, outputs: [name] }) => [name!, `${op} ${values.get(name!)!.type.dtype}`]))
}

// Each was seen in what TPU-MLIR 1.30.2 makes for the chip.
describe('in what the chips of the family differ', () => {
  const types = (text: string, mode: QuantMode) =>
    Object.fromEntries(chips.map((chip) => [chip, lowered(bm1684x({ chip }), text, mode)['y']!.split(' ')[1]]))
  const each = (bm: string, half: string, bm1690 = bm) => ({ bm1684x: bm, bm1688: half, cv186x: half, bm1690 })

  it.each(['Gelu(x)', 'Erf(x)', 'Div(x, z)', 'HardSigmoid(x)'])('%s of half floats is float32 on some only', (op) => {
    expect(types(`x: f32[1,4]; z: f32[1,4]; y = ${op}`, 'F16')).toEqual(each('f32', 'f16'))
  })

  it('a Silu of half floats is one on BM1690', () => {
    expect(types('x: f32[1,4]; y = Silu(x)', 'F16')).toEqual(each('f32', 'f32', 'f16'))
    expect(types('x: f32[1,4]; y = Silu(x)', 'BF16')).toEqual(each('f32', 'f32', 'bf16'))
  })

  it('a layer normalization of bfloat16 is float32 on some', () => {
    expect(types('x: f32[1,4]; y = LayerNormalization(x) {axis = 1}', 'BF16')).toEqual(each('bf16', 'f32'))
  })

  it('half floats of a long Softmax are float32', () => {
    const softmax = (count: number) => types(`x: f32[1,${count}]; y = Softmax(x) {axis = 1}`, 'F16')
    expect(softmax(4096)).toEqual(each('f16', 'f16'))
    expect(softmax(4097)).toEqual(each('f16', 'f32'))
    expect(softmax(8192)).toEqual(each('f16', 'f32'))
    expect(softmax(8193)).toEqual(each('f32', 'f32'))
  })

  it('patches of more than 28 rows stay convolutions on some', () => {
    const first = (chip: Chip, kernel: number) => {
      const text = `x: f32[1,3,${2 * kernel},${2 * kernel}]; w: f32[4,3,${kernel},${kernel}] = 0.5; y = Conv(x, w) {strides = [${kernel},${kernel}], pads = [0,0,0,0]}`
      return Object.values(lowered(bm1684x({ chip }), text, 'F32')).some((made) => made.startsWith('MatMul'))
    }
    expect([13, 14, 28, 29].map((kernel) => first('bm1684x', kernel))).toEqual([false, true, true, true])
    expect([13, 14, 28, 29].map((kernel) => first('bm1688', kernel))).toEqual([false, true, true, false])
  })

  it('a product adds its bias in half floats or in float32', () => {
    const biasOf = (chip: Chip) => {
      const graph = floats('x: f32[2,4]; w: f32[4,3] = 0.5; b: f32[3] = 0.25; y = MatMul(x, w, b)')
      const { nodes, values } = resolve(graph, undefined, new Map(), bm1684x({ chip }), { mode: 'F16' }).graph
      return values.get(nodes.find(({ op }) => op === 'MatMul')!.inputs[2]!)!.type.dtype
    }
    expect(Object.fromEntries(chips.map((chip) => [chip, biasOf(chip)]))).toEqual(each('f16', 'f32'))
  })

  it('what the sums of a channel are requantized by is two numbers or three', () => {
    const widthOf = (chip: Chip) => {
      const graph = floats('x: f32[1,2,4,4]; w: f32[2,3,1,1] = 0.5; y = ConvTranspose(x, w) {strides = [1,1], pads = [0,0,0,0]}')
      const { nodes, values } = resolve(graph, rows('x', 'y'), new Map(), bm1684x({ chip }), { mode: 'INT8' }).graph
      return values.get(nodes.find(({ op }) => op === 'RequantizeAxis')!.inputs[1]!)!.type.shape.at(-1)
    }
    expect(chips.map(widthOf)).toEqual([3, 2, 2, 2])
  })
})

it('a further chip is a few facts', () => {
  const further = memberOf('bm9999', { ...chipFacts.bm1684x, inHalfFloats: ['Tanh'], longestSoftmax: 2, mostPatch: 15 })
  expect(further.name).toBe('bm9999')
  expect(lowered(further, 'x: f32[1,4]; y = Tanh(x)', 'F16')['y']).toBe('Tanh f16')
  expect(lowered(further, 'x: f32[1,4]; y = Softmax(x) {axis = 1}', 'F16')['y']).toBe('Softmax f32')
  const patches = 'x: f32[1,3,32,32]; w: f32[4,3,16,16] = 0.5; y = Conv(x, w) {strides = [16,16], pads = [0,0,0,0]}'
  expect(lowered(further, patches, 'F32')['y']).toBe('Conv f32')
})

it('a chip that is not of the family is refused by name', () => {
  expect(() => bm1684x({ chip: 'bm1234' as Chip })).toThrowError(expect.objectContaining({ code: 'CHIP_OPTIONS', found: 'bm1234' }))
})
