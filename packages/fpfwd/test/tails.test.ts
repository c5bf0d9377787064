import { describe, expect, it } from 'vitest'
import { floatPatterns } from '../src/index.ts'
import { sketch } from './sketch.ts'

const keptOf = (text: string): string =>
  floatPatterns(sketch(text))!
    .layers.map(({ layer }) => layer)
    .join(' ')

/** Poolings by which a YOLO is known, and its tail. */
const end = (features: string): string => `
  p1 = MaxPool(${features}); p2 = MaxPool(p1); p3 = MaxPool(p2); pc = Concat(${features}, p1, p2, p3); h = Conv+relu(pc, w)
  head = Conv(h, w); out = Reshape(head)`

describe('the tails of detectors', () => {
  it.each<[string, string]>([
    [
      'two convolutions with Relu that are pooled',
      `a = Conv+relu(image, w); b = Conv+relu(a, w); j = Concat(a, b); m = MaxPool(j); ${end('m')}`,
    ],
    ['without Relu', `a = Conv+relu(image, w); b = Conv(a, w); j = Concat(a, b); m = MaxPool(j); ${end('m')}`],
    [
      'channels that are shuffled',
      `a = Conv+relu(image, w); b = Conv(a, w); j = Concat(a, b); s1 = Reshape(j); s2 = Transpose(s1); s3 = Reshape(s2); d = Conv(s3, w); ${end('d')}`,
    ],
    [
      'dense blocks',
      `a = Conv+relu(image, w); b = Conv(a, w); j = Concat(a, b); n = Affine+relu(j, w); c = Conv+relu(n, w); d = Conv(c, w); k = Concat(j, d); l = Affine(k, w); r = Relu(l); ${end('r')}`,
    ],
    [
      'shuffled behind SiLU, other activations behind',
      `f = Conv(image, w); a = Silu(f); b = Conv(a, w); j = Concat(a, b); s1 = Reshape(j); s2 = Transpose(s1); d = Conv(s2, w); r = HardSwish(d); ${end('r')}`,
    ],
    ['pooled alone', `f = Conv(image, w); a = LeakyRelu(f); b = Conv(a, w); j = Concat(a, b); m = AveragePool(j); ${end('a')}`],
    ['upwards', `f = Conv(image, w); a = Silu(f); b = Conv(a, w); j = Concat(a, b); u = ConvTranspose(j, w); o = Sigmoid(u); ${end('a')}`],
  ])('are not in the middle: %s', (_, text) => {
    expect(keptOf(text)).toBe('head out')
  })
  it('end with the mean of a distribution, which is a convolution too', () => {
    const tail = 'dist = Transpose(out); share = Softmax(dist); back = Transpose(share); mean = Conv(back, w); low = Sub(mean, w)'
    expect(keptOf(`m = Conv+relu(image, w); ${end('m')}; ${tail}`)).toBe('head out dist share back mean low')
    expect(keptOf(`m = Conv+relu(image, w); ${end('m')}; ${tail.replace('Softmax', 'Sigmoid')}`)).toBe('')
  })
})
