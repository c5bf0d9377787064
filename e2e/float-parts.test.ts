import { floatParts, type PartMode } from '@q/fpfwd'
import { describe, expect, it } from 'vitest'
import { floatNetwork } from './reference-network.ts'
import { hasShared, sharedText, sharedTitle } from './shared.ts'

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
