import { describe, expect, it } from 'vitest'
import { families, floatPatterns, manualFamilies, vendorPattern } from '../src/index.ts'
import * as detectors from './networks/detectors.ts'
import {
  attention,
  bert,
  bertOf,
  clip,
  decoder,
  deit,
  detr,
  detrOf,
  masksThatChoose,
  openclip,
  quickClip,
  quickClipTexts,
  smoothedBert,
  turnedVit,
  vitExport,
  vitOf,
} from './networks/transformers.ts'
import { cswin, eva, eva02Of, evaNormed, evaPacked, evaRope, swin, swinOf } from './networks/windows.ts'
import { patternsPage } from './patterns-page.ts'
import { copiesOf, inOtherOrder, sketch, topLayersOf } from './sketch.ts'

/** A network, the family that is found in it, and what TPU-MLIR calls that family. */
const networks = {
  bert: ['bert', bert, 'bert_block'],
  'bert, queries scaled': ['bert', bertOf('queries', true), undefined],
  'bert, queries and keys scaled': ['bert', bertOf('both', true), undefined],
  'bert without a mask': ['bert', bertOf('scores', false), 'vf_attention_block'],
  'bert without a mask, queries and keys scaled': ['bert', bertOf('both', false), undefined],
  'bert, a mask that chooses': ['bert', masksThatChoose(bertOf('queries', true)), undefined],
  'smoothed BERT': ['smoothed-bert', smoothedBert, 'insert_mul_bert_block'],
  vit: ['vit', vitOf(2), 'vit_block'],
  'vit, queries and keys scaled': ['vit', vitExport('both', false), undefined],
  'vit, products apart': ['vit', vitExport('queries', true), undefined],
  'vit, products apart, scores scaled': ['vit', vitExport('scores', true), 'vf_attention_block'],
  'vit, products apart, queries and keys scaled': ['vit', vitExport('both', true), undefined],
  'vit, turned': ['vit', turnedVit, undefined],
  deit: ['deit', deit, 'deit_block'],
  eva: ['eva', eva, 'eva_block'],
  'eva, gate of one product': ['eva', evaPacked, undefined],
  'eva, products apart': ['eva-normed', evaNormed, '_eva_block'],
  'eva with Rope': ['eva-normed', evaRope, 'eva02_block_v1'],
  eva02: ['eva02', eva02Of(false), 'eva02_block'],
  'eva02, corrected': ['eva02', eva02Of(true), 'eva02_smc_block'],
  swin: ['swin', swin, 'swin_block'],
  'swin, products apart': ['swin', swinOf(false, 'apart'), undefined],
  'swin, queries and keys scaled': ['swin', swinOf(false, 'both'), undefined],
  'swin, padded': ['swin', swinOf(true, 'queries'), undefined],
  'swin, padded, products apart': ['swin', swinOf(true, 'apart'), undefined],
  cswin: ['cswin', cswin, 'cswin_block'],
  detr: ['detr', detr, 'detr_block'],
  'detr, features of a convolution': ['detr', detrOf('queries', false), undefined],
  'detr, scores scaled and masked': ['detr', detrOf('scores', true), undefined],
  'detr, scaled in its weights, masked': ['detr', detrOf('never', true), undefined],
  'detr, a mask that chooses': ['detr', masksThatChoose(detrOf('never', true)), undefined],
  clip: ['clip', clip, 'clip_m2_encoder_block'],
  'clip, quick GELU': ['clip', quickClip, undefined],
  'clip, quick GELU, of texts': ['clip', quickClipTexts, undefined],
  openclip: ['openclip', openclip, 'openclip_block'],
  'rt-detr': ['rt-detr', detectors.rtDetr, 'rtdetrv2_block'],
  'rt-detr, steps divided': ['rt-detr', detectors.rtDetrDivided, undefined],
  'rt-detr, steps scaled before': ['rt-detr', detectors.rtDetrScaled, undefined],
  attention: ['attention', attention, 'vf_attention_block'],
  yolov5: ['yolo', detectors.yolov5, 'yolo_block'],
  yolov6: ['yolo', detectors.yolov6, 'yolo_block'],
  yolov7: ['yolo', detectors.yolov7, 'yolo_block'],
  yolov8: ['yolo', detectors.yolov8, 'yolo_block'],
  yolov9: ['yolo', detectors.yolov9, 'yolo_block'],
  yolov10: ['yolo', detectors.yolov10, 'yolo_block'],
  yolov11: ['yolo', detectors.yolov11, 'yolo_block'],
  yolov12: ['yolo', detectors.yolov12, 'yolo_block_12'],
  'yolov12, attention in the body': ['yolo', detectors.yolov12Attention, 'yolo_block_12'],
  'yolov12, equal strides': ['yolo', detectors.equalStrides(detectors.yolov12), undefined],
  yolo26: ['yolo26', detectors.yolo26, 'yolo_block'],
} as const

/** Networks of which TPU-MLIR keeps nothing behind fused Relus, or takes the body for a tail. */
const isBetter = (text: string): boolean => text === detectors.yolov6 || text === detectors.yolov12Attention

const sorted = (names: Iterable<string>): readonly string[] => [...names].sort()
const layersOf = (found: ReturnType<typeof floatPatterns>): readonly string[] => sorted(found?.layers.map(({ layer }) => layer) ?? [])

/** The layers that names of results mean. */
const layersNamed = (net: ReturnType<typeof sketch>, names: readonly string[]): readonly string[] =>
  sorted(new Set(names.map((name) => net.nodes.find(({ outputs }) => outputs.includes(name.replace(/_inv$/, '')))?.outputs[0] ?? name)))

describe.each(Object.entries(networks))('%s', (_, [family, text, vendorName]) => {
  const net = sketch(text)
  it('is found in both orders of its nodes, with the same layers', () => {
    const found = floatPatterns(net)
    expect(found?.family).toBe(family)
    const other = floatPatterns(inOtherOrder(net))
    expect(other?.family).toBe(family)
    expect(layersOf(other)).toEqual(layersOf(found))
  })
  it.runIf(vendorName !== undefined && vendorName !== 'yolo_block')(
    'is unknown to TPU-MLIR in another order: that is what vendorExact gives',
    () => {
      const other = inOtherOrder(net)
      expect(vendorPattern(topLayersOf(other)).block?.name).not.toBe(vendorName)
    },
  )
  it('is in no other family', () => {
    const found = families.filter((each) => floatPatterns(net, { families: [each] }) !== undefined).map(({ name }) => name)
    // Plain attention is in every network of products apart whose scores are scaled; the families before it are taken first.
    const isPlain = vendorName === 'vf_attention_block' && family !== 'attention'
    // YOLO 26 is a YOLO, and each half of OpenCLIP an encoder of CLIP: the families that tell more are taken first.
    const wider: Readonly<Record<string, string>> = { yolo26: 'yolo', openclip: 'clip', ...(isPlain ? { [family]: 'attention' } : {}) }
    expect(found).toEqual([family, wider[family] ?? []].flat())
  })
  it('is known by its operators to TPU-MLIR, if it is, which keeps the same layers', () => {
    const { block, plain, widest } = vendorPattern(topLayersOf(net))
    expect(block?.name).toBe(vendorName)
    if (vendorName === undefined || (vendorName === 'vf_attention_block' && family !== 'attention') || isBetter(text)) return
    expect(layersOf(floatPatterns(net))).toEqual(layersNamed(net, [...plain, ...widest]))
  })
})

it('keeps the tail behind a fused Relu, which TPU-MLIR leaves out', () => {
  const net = sketch(detectors.yolov6)
  expect(vendorPattern(topLayersOf(net))).toMatchObject({ block: { name: 'yolo_block' }, plain: [], widest: [] })
  expect(layersOf(floatPatterns(net))).toEqual(layersOf(floatPatterns(sketch(detectors.yolov8))))
})

describe('one network, exported in several ways', () => {
  const keptOf = (text: string): readonly string[] => layersOf(floatPatterns(sketch(text)))
  it('keeps the same layers of BERT, wherever scores are scaled, with a mask and without', () => {
    const ways = (['scores', 'queries', 'both'] as const).flatMap((scaled) => [true, false].map((mask) => keptOf(bertOf(scaled, mask))))
    for (const kept of ways) expect(kept).toEqual(['act', 'down', 's0', 's1', 's2'])
  })
  it('keeps the same layers of ViT, but where one product makes all and scores are scaled: that is DeiT', () => {
    const ways = [
      ...(['queries', 'both'] as const).map((scaled) => vitExport(scaled, false)),
      ...(['scores', 'queries', 'both'] as const).map((scaled) => vitExport(scaled, true)),
    ]
    for (const text of ways) expect(keptOf(text)).toEqual(['s0', 's1'])
    expect(floatPatterns(sketch(vitExport('scores', false)))?.family).toBe('deit')
  })
  it('keeps the sums, SiLU and last products of EVA, and the sums and GELU of Swin', () => {
    expect(keptOf(evaPacked)).toEqual(keptOf(eva))
    for (const padded of [true, false])
      for (const scores of ['queries', 'both', 'apart'] as const)
        expect(keptOf(swinOf(padded, scores))).toEqual(['act', 's1', 'sb', 'x', 'y'])
  })
  it('keeps all but convolutions and products of normalizations of DETR', () => {
    for (const scaled of ['never', 'scores', 'queries', 'both'] as const)
      for (const text of [detrOf(scaled, true), detrOf(scaled, false), masksThatChoose(detrOf(scaled, true))]) {
        const net = sketch(text)
        const kept = new Set(keptOf(text))
        const quantized = net.nodes.flatMap(({ outputs: [name = ''] }) => (kept.has(name) ? [] : [name]))
        expect([text, quantized]).toEqual([text, ['f', 'fr', 'qr', 'kr', 'vr', 'cr', 'mixed', 'up']])
      }
  })
  it('keeps the tails of YOLO v12 alone, not the attention in its body, which TPU-MLIR takes for a tail', () => {
    expect(keptOf(detectors.yolov12Attention)).toEqual(keptOf(detectors.yolov12))
    expect(vendorPattern(topLayersOf(sketch(detectors.yolov12Attention))).plain).toContain('a1')
  })
  it('keeps the parts of the GELU of CLIP, and all sums', () => {
    expect(keptOf(quickClip)).toEqual(['gate', 'gated', 's0', 's1', 's2', 'sc'])
    expect(keptOf(quickClipTexts)).toEqual(['gate', 'gated', 's0', 's1', 's2', 'sc', 'sm'])
  })
  it('keeps the same tails of YOLO where all strides are the same number', () => {
    for (const text of [detectors.yolov8, detectors.yolov12, detectors.yolov10, detectors.yolo26])
      expect(keptOf(detectors.equalStrides(text))).toEqual(keptOf(text))
    for (const text of [detectors.yolov8, detectors.yolov10]) {
      const foundIn = (each: string) => floatPatterns(sketch(each), { families: manualFamilies })
      expect(foundIn(detectors.equalStrides(text))?.family).toBe(foundIn(text)?.family)
    }
  })
  it('takes a decoder of texts for none of them', () => {
    expect(floatPatterns(sketch(decoder))).toBeUndefined()
  })
})

describe('the rules of the families', () => {
  it.each([...families, ...manualFamilies].map((family) => [family.name, family] as const))(
    '%s: each keeps a layer of some network',
    (_, family) => {
      const nets = [...Object.values(networks).map(([, text]) => text), `${swin}; blocks = DepthToSpace(x)`].map(sketch)
      const dead = family.keep.filter((rule) =>
        nets.every((net) => {
          const alone = { name: 'alone', knownBy: [{ block: { any: '*' } }], keep: [{ ...rule, leastBlocks: 1 }] }
          return floatPatterns(net, { families: [alone] })!.layers.length === 0
        }),
      )
      expect(dead).toEqual([])
    },
  )
})

describe('the families of the manual', () => {
  it.each([
    ['yolov5', 'yolov5', detectors.yolov5],
    ['yolov7', 'yolov7', detectors.yolov7],
    ['yolov8', 'yolov6_8_9_11_12', detectors.yolov8],
    ['yolov6', 'yolov6_8_9_11_12', detectors.yolov6],
    ['yolov9', 'yolov6_8_9_11_12', detectors.yolov9],
    ['yolov11', 'yolov6_8_9_11_12', detectors.yolov11],
    ['yolov12', 'yolov6_8_9_11_12', detectors.yolov12],
    ['yolov10', 'yolov10', detectors.yolov10],
  ])('finds the post-processing of %s', (_, family, text) => {
    for (const net of [sketch(text), inOtherOrder(sketch(text))]) {
      const found = manualFamilies.filter((each) => floatPatterns(net, { families: [each] }) !== undefined).map(({ name }) => name)
      expect(found).toEqual([family])
      expect(layersOf(floatPatterns(net, { families: manualFamilies }))).toContain('out')
    }
  })
})

describe('docs/patterns.md', () => {
  it('has the families and the networks in which they are found', async () => {
    const columns = families.map(({ name }) => name)
    const rows = Object.entries(networks).map(([name, [, text]]) => {
      const nets = [sketch(text), inOtherOrder(sketch(text))]
      const marks = families.map((each) => (nets.every((net) => floatPatterns(net, { families: [each] }) !== undefined) ? '●' : ' '))
      const found = floatPatterns(nets[0]!)
      return `| ${[name, ...marks, found?.family ?? '', String(found?.layers.length ?? 0), String(nets[0]!.nodes.length)].join(' | ')} |`
    })
    const head = ['network', ...columns, 'taken', 'in float', 'layers']
    const matrix = [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows].join('\n')
    await expect(patternsPage(families, manualFamilies, matrix)).toMatchFileSnapshot('../../../docs/patterns.md')
  })
})

describe('the work of looking for families', () => {
  /** A network of about so many layers that has something of every family and none of their blocks. */
  const longNetwork = (length: number) => {
    const parts = Array.from(
      { length: Math.ceil(length / 25) },
      (_, i) => `
        q${i} = MatMul(x${i}, w); k${i} = MatMul(x${i}, w); v${i} = MatMul(x${i}, w); qr${i} = Reshape(q${i}); kt${i} = Transpose(k${i}); qm${i} = Mul(qr${i}, #)
        s${i} = MatMul(qm${i}, kt${i}); p${i} = Softmax(s${i}); c${i} = Add(p${i}, v${i}); m${i} = MatMul(c${i}, w); n${i} = LayerNormalization(m${i}, w)
        g${i} = Gelu(n${i}); u${i} = Silu(g${i}); a${i} = MaxPool(u${i}); b${i} = MaxPool(a${i}); d${i} = Sub(b${i}, w); e${i} = Add(d${i}, a${i}); f${i} = Conv(e${i}, w)
        h${i} = Sigmoid(f${i}); z${i} = Concat(h${i}, first); sl${i} = Slice(z${i}); t${i} = ReduceSum(sl${i}); r${i} = Sqrt(t${i}); o${i} = Mul(r${i}, sl${i}); x${i + 1} = Add(o${i}, first)`,
    )
    return sketch(parts.join('\n'))
  }
  const visitsOf = (length: number): number => {
    const text = longNetwork(length)
    // The rules of a family that is found are work too.
    const everywhere = { name: 'all', knownBy: [{ block: { act: 'Silu' } }], keep: families.flatMap(({ keep }) => keep) }
    return floatPatterns(text, { families: [...families, everywhere] })!.visits
  }
  it('grows as the network does, and stays below 120 visits a layer for all families and all their rules', () => {
    const [few, many] = [visitsOf(500), visitsOf(5000)]
    expect(many / few).toBeLessThan(10.5)
    expect(many / 5000).toBeLessThan(120)
  })
  it.each(Object.entries(networks))('grows as the network does: %s, many times beside each other', (_, [, text]) => {
    const net = sketch(text)
    const end = { name: 'end', knownBy: [{ block: { any: '*' } }], keep: [] }
    const everywhere = { ...end, keep: families.flatMap(({ keep }) => keep) }
    // Each family is tried alone, so that none ends the search, and all rules at last.
    const visitsIn = (layers: number): number => {
      const large = copiesOf(net, Math.ceil(layers / net.nodes.length))
      return [...families, everywhere].reduce((sum, family) => sum + floatPatterns(large, { families: [family, end] })!.visits, 0)
    }
    const [few, many] = [visitsIn(300), visitsIn(1500)]
    expect(many / few).toBeLessThan(5.3)
    expect(many / 1500).toBeLessThan(100)
  })
  it('is next to nothing where an operator of every block is missing', () => {
    const chain = sketch(Array.from({ length: 5000 }, (_, i) => `x${i + 1} = Conv(x${i}, w)`).join(';'))
    const last = { name: 'chain', knownBy: [{ block: { act: 'Conv' } }], keep: [] }
    expect(floatPatterns(chain, { families: [...families, last] })!.visits).toBeLessThanOrEqual(2 * 5000)
  })
})
