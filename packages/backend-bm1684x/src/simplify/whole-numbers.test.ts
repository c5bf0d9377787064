import { type Graph, parseGraph, printGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { bm1684x } from '../bm1684x.ts'

const row = (size: number) => ({ threshold: size, min: -size, max: size })
const counted = { threshold: 1, min: 0, max: 1 }

function lowered(text: string, mode: 'INT8' | 'F16' = 'INT8') {
  const graph = parseGraph(text)
  const table = new Map(
    [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)].map((name) => [
      name,
      name === 'm' ? counted : row(2.54),
    ]),
  )
  return resolve(graph, table, new Map(), bm1684x(), { mode })
}
const makers = ({ nodes }: Graph): readonly string[] => nodes.map(({ op, inputs, outputs }) => `${outputs[0]} = ${op} ${inputs[0]}`)
const whole = 'm: f32[1,3] as {"sourceDtype": "i32"}\n'

describe('an integer input', () => {
  it('becomes codes at once where numbers of it are compared', () => {
    const { graph } = lowered(`${whole}z: f32[1] = [0]; e = Equal(m, z); y = Reshape(e) {shape = [3, 1]}`)
    expect(makers(graph).slice(0, 2)).toEqual(['m_f32e_ui8 = Requantize m', 'e = QCompareConstant m_f32e_ui8'])
    expect(graph.nodes[0]!.attrs).toMatchObject({ multipliers: [255], shifts: [0], rounding: 'half-away-from-zero' })
  })

  it('is cast to floats under a name of its own, with its range, in front of what takes over types', () => {
    const { graph } = lowered(`${whole}u = Unsqueeze(m) {axes = [1]}; y = Sigmoid(u)`)
    expect(makers(graph).slice(0, 3)).toEqual(['m_f32 = Cast m', 'u = Unsqueeze m_f32', 'uy_ui8 = QuantizeLinear u'])
    expect(graph.values.get('m_f32')!.type).toMatchObject({ dtype: 'f32', range: { min: 0, max: 1 } })
  })

  it('becomes narrow floats at once in a float mode', () => {
    const { graph } = lowered(`${whole}z: f32[1] = [0]; y = Equal(m, z)`, 'F16')
    expect(makers(graph)[0]).toBe('m_f32y_f16 = Cast m')
  })

  it('that says only which rows to pick stays as it is', () => {
    const { graph } = lowered(`${whole}t: f32[4,2] = [1, 2, 3, 4, 5, 6, 7, 8]; y = Gather(t, m)`)
    expect(makers(graph)[0]).toBe('y = Gather t_f16')
    expect(graph.nodes[0]!.inputs[1]).toBe('m')
  })

  it('that says it and is computed with is cast back', () => {
    const { graph } = lowered(
      `${whole}t: f32[4,3] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]; g = Gather(t, m); s = Sigmoid(m); y = Add(g, s)`,
    )
    expect(makers(graph)).toContain('m_f32g_si32 = Cast m_f32')
  })
})

describe('codes that say which elements to pick', () => {
  it('are handed on as they are, with a warning', () => {
    const { graph, diagnostics } = lowered('x: f32[2,3]; i: f32[2,3]; r = Relu(i); y = GatherElements(x, r) {axis = 1}')
    const cast = graph.nodes.find(({ outputs }) => outputs[0] === 'ry_si32')
    expect(cast).toMatchObject({ op: 'Cast', attrs: { to: 'i32' } })
    expect(diagnostics.map(({ code, at }) => [code, at?.[0]])).toContainEqual(['COMPUTED_OTHERWISE', 'y'])
    expect(printGraph(graph)).not.toContain('i32[2,3] = DequantizeLinear')
  })
})
