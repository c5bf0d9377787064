import { expect, it } from 'vitest'
import { parseGraph } from '../graph/text/parse-graph.ts'
import type { Graph, Preprocess } from '../graph/types.ts'
import { checkCalibrationTable } from './check-tables.ts'
import { createCalibrationTable } from './create-calibration-table.ts'
import { tableFingerprintOf } from './table-fingerprint.ts'

const plain = parseGraph('x: f32[1,3,2,2]; y = Relu(x)')
const usual: Preprocess = {
  pixelFormat: 'bgr',
  channelFormat: 'nchw',
  resizeDims: [2, 2],
  keepAspectRatio: false,
  keepRatioMode: 'letterbox',
  padValue: 0,
  padType: 'center',
  mean: [0, 0, 0],
  scale: [1, 1, 1],
  yuvType: '',
}
const fed = (more: Partial<Preprocess> = {}): Graph => ({ ...plain, inputs: [{ name: 'x', preprocess: { ...usual, ...more } }] })

const check = (made: Graph, given: Graph) => {
  const table = createCalibrationTable({
    version: '1',
    mlirFile: 'm',
    generatedTime: 't',
    method: 'kl',
    histogramBins: 2048,
    samples: 1,
    tune: 0,
    entries: new Map(),
    fingerprint: tableFingerprintOf(made),
  })
  checkCalibrationTable(table, { required: [], fingerprint: tableFingerprintOf(given) })
}

it('a table of pictures that are scaled otherwise is refused, and so is one of another graph', () => {
  check(fed(), fed())
  const stale = { code: 'CALIBRATION_TABLE_STALE' }
  for (const more of [{ mean: [1, 2, 3] }, { scale: [0.5, 1, 1] }, { pixelFormat: 'rgb' }, { resizeDims: [4, 4] }] as const) {
    expect(() => check(fed(), fed(more))).toThrow(expect.objectContaining({ ...stale, message: expect.stringContaining('preprocessing') }))
    expect(() => check(fed(more), fed())).toThrow(expect.objectContaining(stale))
  }
  expect(() => check(fed(), parseGraph('x: f32[1,3,2,2]; y = Sigmoid(x)'))).toThrow(expect.objectContaining(stale))
})

it('a table of arrays serves a model of pictures, and the other way round', () => {
  check(plain, fed())
  check(fed(), plain)
})
