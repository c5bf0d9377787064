import { type Graph, graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { sketch } from '../../test/sketch.ts'
import { floatShapes } from './float-shapes.ts'

const layersOf = (net: Graph) => floatShapes(net).map(({ layer }) => layer)

describe('floatShapes', () => {
  it('begins at casts to integers, goes back to inputs, and on to all that is computed from shapes alone', () => {
    const net = graph`
      x: f32[2,4]
      count = Cast(x) {to = "i32"}
      wide = Unsqueeze(count) {axes = [0]}
      flat = Reshape(wide) {shape = [8]}
      features = Relu(flat)
      end = Sigmoid(features)
      return end
    `
    expect(layersOf(net)).toEqual(['x', 'count', 'wide', 'flat', 'features', 'end'])
  })
  it('does not enter a layer with an operand that is no shape', () => {
    const net = graph`
      x: f32[2,4]
      y: f32[2,4]
      features = Relu(y)
      before = Relu(x)
      count = Cast(before) {to = "i32"}
      back = Cast(count) {to = "f32"}
      sum = Add(back, features)
      end = Relu(sum)
      return end
    `
    expect(layersOf(net)).toEqual(['count', 'back'])
  })
  it('begins nothing at a cast to a float, nor at TopK', () => {
    const net = graph`
      x: f32[2,4]
      near = Cast(x) {to = "f16"}
      most, places = TopK(near) {k = 2, axis = 1}
      wide = Unsqueeze(places) {axes = [0]}
      return most, wide
    `
    expect(layersOf(net)).toEqual([])
  })
})

/** A sketch whose casts are to a type, and with more outputs than the results that nothing uses. */
function sketchOf(text: string, to = 'i32', outputs: readonly string[] = []): Graph {
  const net = sketch(text)
  const nodes = net.nodes.map((node) => (node.op === 'Cast' ? { ...node, attrs: { to } } : node))
  return { ...net, nodes, outputs: [...outputs, ...net.outputs] }
}
const keptOf = (...parts: Parameters<typeof sketchOf>): string =>
  floatShapes(sketchOf(...parts))
    .map(({ layer }) => layer)
    .join(' ')

describe('what begins shape arithmetic', () => {
  const counted = 'n = Conv(x, w); c = Cast(n); s = Add(c, y); e = Relu(s)'
  it.each(['i32', 'i16', 'i8'])('a cast to %s', (to) => {
    expect(keptOf(counted, to)).toBe('c')
    expect(floatShapes(sketchOf(counted, to))).toEqual([{ layer: 'c', why: ['makes integers'] }])
  })
  it.each(['f32', 'f16', 'bf16', 'u8', 'i64', 'bool'])('no cast to %s', (to) => {
    expect(keptOf(counted, to)).toBe('')
  })
  it.each(['ArgMax', 'ArgMin'])('the users of %s, which is one itself; what it computes with is none', (op) => {
    expect(floatShapes(sketchOf(`n = Conv(x, w); m = Slice(n); a = ${op}(m); s = Add(a, n); t = Add(s, n); e = Relu(t)`))).toEqual([
      { layer: 'a', why: ['finds places'] },
      { layer: 's', why: ['uses the places of a'] },
    ])
  })
  it.each(['ReduceMax', 'TopK', 'Sigmoid'])('not %s', (op) => {
    expect(keptOf(`n = Conv(x, w); a = ${op}(n); s = Add(a, n); e = Relu(s)`)).toBe('')
  })
})

describe('where shape arithmetic leads', () => {
  it.each(['Concat', 'Slice', 'Tile', 'Squeeze', 'Unsqueeze'])(
    'onwards through %s, with features beside, and to inputs from there',
    (op) => {
      expect(keptOf(`n = Conv(x, w); c = Cast(n); m = ${op}(c, n); s = Add(m, y); e = Relu(s)`)).toBe('c m')
      expect(keptOf(`n = Conv(x, w); c = Cast(n); m = ${op}(c, z); s = Add(m, y); e = Relu(s)`)).toBe('z c m')
    },
  )
  it.each(['Reshape', 'Transpose', 'Gather', 'Add', 'Conv'])('not through %s with features beside', (op) => {
    expect(keptOf(`n = Conv(x, w); c = Cast(n); m = ${op}(c, n); s = Add(m, y); e = Relu(s)`)).toBe('c')
  })
  it.each(['Concat', 'Slice', 'Tile', 'Squeeze', 'Unsqueeze'])('back through %s, which has one result', (op) => {
    expect(keptOf(`n = Conv(x, w); b = ${op}(n); c = Cast(b); s = Add(c, y); e = Relu(s)`)).toBe('b c')
    expect(keptOf(`n = Conv(x, w); b, other = ${op}(n); c = Cast(b); s = Add(c, other); e = Relu(s)`)).toBe('c')
  })
  it('not back through other layers, but to an input that is an operand', () => {
    expect(keptOf('n = Conv(x, w); b = Reshape(n); c = Cast(b); s = Add(c, y); e = Relu(s)')).toBe('c')
    expect(keptOf('c = Cast(x); s = Add(c, y); e = Relu(s)')).toBe('x c')
    expect(floatShapes(sketchOf('c = Cast(x); s = Add(c, y); e = Relu(s)'))[0]).toEqual({ layer: 'x', why: ['leads to c'] })
  })
  it('to a layer whose operands are all shapes or constants, whatever it is', () => {
    expect(keptOf('n = Conv(x, w); c = Cast(n); m = Mul(c, w); s = Add(m, c); t = Add(s, y); e = Relu(t)')).toBe('c m s')
    expect(keptOf('n = Conv(x, w); c = Cast(n); m = Mul(c, n); s = Add(m, c); t = Add(s, y); e = Relu(t)')).toBe('c')
    expect(keptOf('n = Conv(x, w); c = Cast(n); m = Mul(c, y); e = Relu(m); y2 = Relu(y)')).toBe('c')
  })
  it('to a layer that ends the network, though its other operands are features', () => {
    expect(keptOf('n = Conv(x, w); c = Cast(n); e = Add(c, n)')).toBe('c e')
    expect(keptOf('n = Conv(x, w); c = Cast(n); e = Add(c, n); more = Relu(e)', 'i32', ['e'])).toBe('c e more')
    expect(floatShapes(sketchOf('n = Conv(x, w); c = Cast(n); e = Add(c, n)'))[1]).toEqual({ layer: 'e', why: ['follows c'] })
  })
  it('from a result of the network to layers alone that compute with nothing else', () => {
    expect(keptOf('n = Conv(x, w); c = Cast(n); m = Slice(c, n); e = Relu(m)', 'i32', ['c'])).toBe('c')
    expect(keptOf('n = Conv(x, w); c = Cast(n); e = Add(c, n)', 'i32', ['c'])).toBe('c')
    expect(keptOf('n = Conv(x, w); c = Cast(n); m = Slice(c); s = Add(m, n); e = Relu(s)', 'i32', ['c'])).toBe('c m')
  })
  it('not to a layer with several results', () => {
    expect(keptOf('n = Conv(x, w); c = Cast(n); a, b = TopK(c)')).toBe('c')
    expect(keptOf('n = Conv(x, w); p = ArgMax(n); a, b = TopK(p); s = Add(a, b)')).toBe('p')
  })
  it('not to the index of GatherElements, unless it is a shape by its operands', () => {
    expect(keptOf('n = Conv(x, w); c = Cast(n); i = Slice(c, n); g = GatherElements(n, i); e = Relu(g)')).toBe('c')
    expect(keptOf('n = Conv(x, w); c = Cast(n); i = Slice(c, n); g = GatherElements(i, n); e = Relu(g)')).toBe('c i')
    expect(keptOf('n = Conv(x, w); c = Cast(n); i = Slice(c, n); s = Add(n, i); e = Relu(s)')).toBe('c i')
    expect(keptOf('n = Conv(x, w); c = Cast(n); i = Slice(c); g = GatherElements(n, i); e = Relu(g)')).toBe('c i')
  })
  it('on and on, each layer once, in the order of the graph', () => {
    expect(
      keptOf(
        'z2 = Relu(z); c2 = Cast(z2); n = Conv(x, w); c = Cast(n); m = Concat(c, c2); t = Tile(m, n); u = Unsqueeze(t, n); e = Add(u, n)',
      ),
    ).toBe('c2 c m t u e')
  })
})
