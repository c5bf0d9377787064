import { describe, expect, it } from 'vitest'
import { klDivergences, klThreshold } from './kl-threshold.ts'

const histogram = (bins: number, count: (bin: number) => number): Int32Array => Int32Array.from({ length: bins }, (_, bin) => count(bin))
const triangle = (bin: number): number => Math.max(0, 600 - bin) * 10

// Thresholds and divergences of the vendor's own routine (calibration_math.so of TPU-MLIR 1.30.2) on these histograms.
const golden = [
  ['hyperbola', histogram(2048, (j) => Math.floor(1000000 / (j + 1))), 128, 20.4799995, 15, [0.6844878, 0.5697078, 0.4849559, 0.4182367]],
  [
    'triangle with three outliers',
    histogram(2048, (j) => (j === 2047 ? 3 : triangle(j))),
    128,
    6.39999962,
    4,
    [1.057278, 0.5673057, 0.2065555, 0.02703414],
  ],
  ['gaps', histogram(2048, (j) => (j < 700 && j % 3 !== 0 ? 700 - j : 0)), 128, 7.67999983, 5, [1.054754, 11.83095, 0.3175505, 0.09992914]],
  [
    'steep',
    histogram(2048, (j) => Math.floor(10000000 / (j + 1) ** 2)),
    128,
    1.27999997,
    0,
    [0.007256807, 0.06977051, 0.1328889, 0.1904737],
  ],
  [
    'sparse tail',
    histogram(2048, (j) => (j < 900 ? (900 - j) * 4 : j % 97 === 0 ? 1 : 0)),
    128,
    8.96000004,
    6,
    [1.331021, 0.9773576, 0.6234807, 0.3386978],
  ],
  ['four bits', histogram(2048, (j) => (j === 2047 ? 3 : triangle(j))), 8, 5.83999968, 72, [0.8381476, 1.065627, 1.169265, 1.222845]],
  [
    '2100 bins and 76 of padding',
    histogram(2176, (j) => (j < 2100 ? triangle(j) : 0)),
    128,
    6.39999962,
    4,
    [1.057277, 0.5673032, 0.2065525, 0.02703147],
  ],
] as const

describe('KL threshold', () => {
  it.each(golden)('equals the vendor routine on a histogram: %s', (_, counts, levels, threshold, best, first) => {
    expect(klThreshold({ counts, width: 0.01 }, levels)).toBe(Math.fround(threshold))
    const divergences = klDivergences(counts, levels)
    for (const [m, expected] of first.entries()) expect(divergences[m]! / expected).toBeCloseTo(1, 5)
    expect(divergences.indexOf(Math.min(...divergences))).toBe(best)
  })

  it('is one step for an empty histogram', () => {
    expect(klThreshold({ counts: new Int32Array(2048), width: 0.001 })).toBe(Math.fround(0.128000006))
  })

  it('pads a histogram to whole steps', () => {
    const counts = histogram(2100, triangle)
    const padded = histogram(2176, (j) => (j < 2100 ? triangle(j) : 0))
    expect(klThreshold({ counts, width: 0.01 })).toBe(klThreshold({ counts: padded, width: 0.01 }))
  })

  it('halves a histogram of more than 131072 bins, two neighbours becoming one bin of twice the width', () => {
    const short = histogram(131_072, (j) => 2 * Math.max(0, 40_000 - j))
    const long = histogram(262_144, (j) => Math.max(0, 40_000 - (j >> 1)))
    expect(klThreshold({ counts: long, width: 0.5 }, 4096)).toBe(klThreshold({ counts: short, width: 1 }, 4096))
  })

  it('is the first of equal candidates', () => {
    // One bin at the start: every candidate represents it without loss.
    expect(klThreshold({ counts: histogram(1024, (j) => (j === 0 ? 5 : 0)), width: 1 })).toBe(128)
  })
})
