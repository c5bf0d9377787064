import { floatParts, floatPatterns, floatShapes, type PartMode, vendorPattern } from '@q/fpfwd'
import { importOnnx } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { topLayers } from '../tools/cli/src/pipeline/top-layers.ts'
import { floatNetwork } from './reference-network.ts'
import { hasShared, sharedBytes, sharedText, sharedTitle } from './shared.ts'

/** The names in a quantization table. */
const namesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ')[0]!)

describe.skipIf(!hasShared)(sharedTitle('what TPU-MLIR 1.30.2 keeps in float with part_quantize'), () => {
  it.each<[string, PartMode | readonly string[]]>([
    ['partq_N', 'N_mode'],
    ['partq_H', 'H_mode'],
    ['partq_custom', ['Conv', 'MatMul']],
  ])('%s of resnet8_cifar10', async (table, quantized) => {
    const found = floatParts(await floatNetwork('resnet8_cifar10'), quantized).map(({ layer }) => layer)
    const wanted = namesOf(sharedText('reference/tpu-mlir-search/resnet8_cifar10', `${table}.shape_pattern_qtable`))
    expect([...found].sort()).toEqual([...wanted].sort())
  })
})

describe.skipIf(!hasShared)(
  sharedTitle('what TPU-MLIR 1.30.2 keeps in float of a network of plain attention, whatever is to be quantized'),
  () => {
    it.each<[string, PartMode | readonly string[]]>([
      ['partq_N_mode', 'N_mode'],
      ['partq_H_mode', 'H_mode'],
      ['partq_custom', ['Conv', 'MatMul']],
    ])('%s of vit_pgd_2_3_16_cifar10', async (table, quantized) => {
      const net = await floatNetwork('vit_pgd_2_3_16_cifar10')
      const text = sharedText('reference/tpu-mlir-search/vit_pgd_2_3_16_cifar10', `${table}.shape_pattern_qtable`)
      const parts = floatParts(net, quantized).map(({ layer }) => layer)
      expect(parts.length).toBeGreaterThan(10)
      const { block, plain, widest } = vendorPattern(topLayers(net), parts)
      expect(text).toContain(`(Name: ${block?.name}) is a subset of the main list. Count: ${block?.count}`)
      expect([...plain, ...widest, ...floatShapes(net).map(({ layer }) => layer)]).toEqual(namesOf(text))
    })
  },
)

describe.skipIf(!hasShared)(sharedTitle('what TPU-MLIR 1.30.2 keeps in float of a network of no family'), () => {
  it('lstr_360x640', async () => {
    const net = await floatNetwork('lstr_360x640')
    const text = sharedText('reference/tpu-mlir-search', 'lstr_360x640', 'pattern.shape_pattern_qtable')
    const { block, plain, widest } = vendorPattern(topLayers(net))
    expect(block).toBeUndefined()
    expect(text).not.toContain('(Name:')
    // Its encoder is DETR's, whatever the order of its operators.
    expect(floatPatterns(net)).toMatchObject({ family: 'detr', count: 2 })
    expect([...plain, ...widest, ...floatShapes(net).map(({ layer }) => layer)]).toEqual(namesOf(text))
  })
})

describe.skipIf(!hasShared)(sharedTitle('what TPU-MLIR 1.30.2 keeps in float of a detector'), () => {
  it.each(['yolov5n', 'yolov5nu', 'yolov6n', 'yolov9t', 'yolov10n'])('%s', async (name) => {
    const file = name === 'yolov5n' ? `models/${name}.onnx` : `models/graph_only/${name}.onnx`
    const net = await importOnnx(sharedBytes(file), { name, place: file, inputShapes: [[1, 3, 640, 640]] })
    const { block, plain } = vendorPattern(topLayers(net))
    const wanted = namesOf(sharedText('reference/tpu-mlir-search', name, 'pattern.shape_pattern_qtable'))
    expect(block?.name).toBe('yolo_block')
    const found = [...plain, ...floatShapes(net).map(({ layer }) => layer)].sort()
    expect(found).toEqual([...wanted].sort())
    if (name === 'yolov5n')
      expect(found).toEqual([...namesOf(sharedText('reference/tpu-mlir-search', name, 'kl_tune0_5.shape_pattern_qtable'))].sort())
    expect(floatPatterns(net)).toMatchObject({ family: 'yolo' })
    expect(floatPatterns(net)!.layers.length).toBeGreaterThan(0)
  })
})
