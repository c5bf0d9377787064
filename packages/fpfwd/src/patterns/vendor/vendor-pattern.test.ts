import { describe, expect, it } from 'vitest'
import { rtDetr, yolo26, yolov8 } from '../../../test/networks/detectors.ts'
import { sketch, topLayersOf } from '../../../test/sketch.ts'
import { topFileOf } from './top-file.ts'
import { vendorPattern } from './vendor-pattern.ts'

const keptOf = (text: string, parts: readonly string[] = []): string => {
  const { plain, widest } = vendorPattern(topLayersOf(sketch(text)), parts)
  return `${[...plain].sort().join(' ')} | ${[...widest].sort().join(' ')}`
}
const pools = 'p0 = Conv(image, w); p1 = MaxPool(p0); p2 = MaxPool(p1); p3 = MaxPool(p2); pooled = Concat(p0, p1, p2, p3)'

describe('tails of detectors, as TPU-MLIR finds them', () => {
  const tail = (text: string): string => keptOf(`${pools}; ${text}`)
  it('behind SiLU and LeakyRelu, to Concat and Reshape', () => {
    for (const act of ['Silu', 'LeakyRelu'])
      for (const join of ['Reshape(c)', 'Concat(c, pooled)'])
        expect(tail(`a = ${act}(pooled); c = Conv(a, w); j = ${join}; e = Sigmoid(j)`)).toBe('c e j | ')
    for (const act of ['Relu', 'Sigmoid', 'Gelu'])
      expect(tail(`a = ${act}(pooled); c = Conv(a, w); j = Reshape(c); e = Sigmoid(j)`)).toBe(' | ')
    for (const join of ['Transpose(c)', 'Add(c, pooled)'])
      expect(tail(`a = Silu(pooled); c = Conv(a, w); j = ${join}; e = Sigmoid(j)`)).toBe(' | ')
  })
  it('not where the convolution has two users or operands, nor where another convolution follows', () => {
    expect(tail('a = Silu(pooled); c = Conv(a, w); j = Reshape(c); e = Sigmoid(c)')).toBe(' | ')
    expect(tail('a = Silu(pooled); c = Conv(a, pooled); j = Reshape(c); e = Sigmoid(j)')).toBe(' | ')
    expect(tail('a = Silu(pooled); c = Conv(a, w); j = Reshape(c); e = Conv(j, w)')).toBe(' | ')
    expect(tail('a = Silu(pooled); c = Conv(a, w); j = Reshape(c); r = Relu(j); e = Conv(j, w)')).toBe(' | ')
    expect(tail('a = Silu(pooled); c = Conv(a, w); j = Reshape(c); r = Relu(j); e = Conv(r, w)')).toBe('c e j r | ')
  })
  it('stop at layers that are kept already', () => {
    const text = `${pools}; a = Silu(pooled); c = Conv(a, w); j = Reshape(c); r = Relu(j); e = Sigmoid(r)`
    expect(keptOf(text, ['r'])).toBe('c j r | ')
  })
})

describe('YOLO 26, as TPU-MLIR finds it', () => {
  const foundIn = (text: string) => vendorPattern(topLayersOf(sketch(text)))
  it('keeps heads, and tails and shapes in F32', () => {
    const { plain, widest, shapesToo, oneType, block } = foundIn(yolo26)
    expect([plain.length > 0, widest.length > 0, shapesToo, oneType, block?.count]).toEqual([true, true, true, true, 1])
  })
  it('keeps nothing where the boxes are not found', () => {
    for (const [part, other] of [
      ['low = Sub(w, left)', 'low = Sub(w, left); more = Relu(left)'],
      ['low = Sub(w, left)', 'low = Mul(w, left)'],
      ['corners = Concat(low, high)', 'corners = Concat(low, high); more = Relu(low)'],
      ['corners = Concat(low, high)', 'corners = Add(low, high)'],
      ['boxes = Concat(flat1, flat2)', 'boxes = Concat(flat1, flat2); more = Relu(boxes)'],
      ['right = Slice(boxes)', 'right = Relu(boxes)'],
      ['chances = Sigmoid(scores)', 'chances = Sigmoid(w)'],
    ] as const) {
      const text = yolo26.replace(part, other)
      expect(text).not.toBe(yolo26)
      const { plain, widest, shapesToo } = foundIn(text)
      expect([other, plain, widest, shapesToo]).toEqual([other, [], [], false])
    }
  })
  it('is a usual YOLO without the attention or without the typical block', () => {
    expect(foundIn(yolov8)).toMatchObject({ shapesToo: false, widest: [] })
    for (const part of ['placed = Add(cr, place)', 'e2 = Add(c6a, e1)']) {
      const text = yolo26.replace(part, part.replace('Add', 'Mul'))
      expect(foundIn(text)).toMatchObject({ shapesToo: false, widest: [] })
      expect(foundIn(text).plain.length).toBeGreaterThan(0)
    }
  })
})

describe('RT-DETR, as TPU-MLIR finds it', () => {
  const foundIn = (text: string) => vendorPattern(topLayersOf(sketch(text)))
  it('keeps nothing unless there are two TopK', () => {
    for (const text of [rtDetr.replace('v, i = TopK(flat)', 'v, i = Split(flat)'), `${rtDetr}; q, r = TopK(found)`])
      expect(foundIn(text)).toMatchObject({ block: { name: 'rtdetrv2_block' }, plain: [], widest: [] })
  })
  it('takes the end from the first eight layers with four slices and four squeezes', () => {
    const ends = (text: string): readonly string[] => foundIn(text).plain.filter((name) => ['bx', 'cy', 'sized', 'found'].includes(name))
    expect([...ends(rtDetr)].sort()).toEqual(['bx', 'cy', 'found', 'sized'])
    for (const [part, other] of [
      ['bx = Slice(boxes)', 'bx = Clip(boxes)'],
      ['cx = Squeeze(bx)', 'cx = Transpose(bx)'],
    ] as const)
      expect([other, ends(rtDetr.replace(part, other))]).toEqual([other, []])
  })
  it('keeps the place in F32 only where it is computed as the tool expects', () => {
    expect([...foundIn(rtDetr).widest].sort()).toEqual(['column', 'i', 'row', 'share', 'start'])
    for (const [part, other] of [
      ['share = Mul(i, #)', 'share = Mul(i, w)'],
      ['row = Floor(share)', 'row = Round(share)'],
      ['row = Floor(share)', 'row = Floor(share); more = Relu(share)'],
      ['start = Mul(row, #)', 'start = Mul(row, w)'],
      ['column = Sub(i, start)', 'column = Add(i, start)'],
      ['column = Sub(i, start)', 'column = Sub(i, start); more = Relu(start)'],
      ['column = Sub(i, start)', 'column = Sub(i, w); more = Relu(start)'],
      ['ru = Unsqueeze(row)', 'ru = Unsqueeze(share)'],
      ['ru = Unsqueeze(row)', 'ru = Unsqueeze(row); more = Relu(row)'],
    ] as const) {
      const text = rtDetr.replace(part, other)
      expect(text).not.toBe(rtDetr)
      expect([other, foundIn(text).widest]).toEqual([other, []])
    }
  })
  it('keeps the queries only where both tiles gather, one of them a sum that a Sigmoid follows', () => {
    const queries = (text: string): readonly string[] =>
      foundIn(text).plain.filter((name) => ['index', 'iu', 't1', 't2', 'coords', 'anchor'].includes(name))
    expect([...queries(rtDetr)].sort()).toEqual(['anchor', 'coords', 'index', 'iu', 't1', 't2'])
    for (const [part, other] of [
      ['t2 = Tile(iu)', 't2 = Relu(iu)'],
      ['t2 = Tile(iu)', 't2 = Tile(iu); more = Tile(iu)'],
      ['anchor = Sigmoid(chosen)', 'anchor = Relu(chosen)'],
      ['anchor = Sigmoid(chosen)', 'anchor = Sigmoid(chosen); more = Relu(chosen)'],
      ['chosen = GatherElements(coords, t1)', 'chosen = GatherElements(coords, t1); more = Relu(t1)'],
      ['chosen = GatherElements(coords, t1)', 'chosen = Add(coords, t1)'],
      ['coords = Add(coords0, w)', 'coords = Mul(coords0, w)'],
      ['iu = Unsqueeze(index)', 'iu = Squeeze(index)'],
    ] as const) {
      const text = rtDetr.replace(part, other)
      expect(text).not.toBe(rtDetr)
      expect([other, queries(text)]).toEqual([other, []])
    }
  })
})

describe('topFileOf', () => {
  const file = topFileOf(topLayersOf(sketch('a = Relu(x); l, r = Split(a); s = Add(l, r); t = Mul(a, a)')))
  it('has names for layers of one result, and a joint one for those of several', () => {
    expect(file.names).toEqual(['x', 'a', 'l\nr', 's', 't'])
    expect(file.operatorOf('a')).toBe('top.Relu')
    expect([file.operatorOf('l'), file.operatorOf(undefined)]).toEqual([undefined, undefined])
  })
  it('knows what layers compute with, and what computes with results', () => {
    expect([file.before('s'), file.before('l'), file.before(undefined), file.before('t')]).toEqual([['l', 'r'], [], [], ['a', 'a']])
    expect([file.after('a'), file.after('l'), file.after('s'), file.after(undefined)]).toEqual([['l', 'r', 't'], ['s'], [], []])
    expect([file.users('a'), file.users('l')]).toEqual([['t'], ['s']])
  })
})
