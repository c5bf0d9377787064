import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { graph } from '@q/ir'
import { encodeNpy } from '@q/npz'
import { exportOnnx } from '@q/onnx'
import { beforeEach } from 'vitest'

const conv = '{strides = [1, 1], pads = [0, 0, 0, 0]}'
const pool = '{kernel_shape = [3, 3], strides = [1, 1], pads = [1, 1, 1, 1]}'
/** A detector in small: three poolings, a head, and a tail that moves and scales what the head says. */
const detector = graph`
  x: f32[1,4,8,8]
  filter: f32[4,4,1,1] = ${Array.from({ length: 16 }, (_, i) => Math.sin(3 * i + 1))}
  large: f32[1] = 30
  near = MaxPool(x) ${pool}
  far = MaxPool(near) ${pool}
  farthest = MaxPool(far) ${pool}
  all = Concat(x, near, far, farthest) {axis = 1}
  wide: f32[4,16,1,1] = ${Array.from({ length: 64 }, (_, i) => Math.cos(2 * i) / 4)}
  mixed = Conv(all, wide) ${conv}
  features = LeakyRelu(mixed) {alpha = 0.1}
  head = Conv(features, filter) ${conv}
  flat = Reshape(head) {shape = [1, 4, 64]}
  scores = Sigmoid(flat)
  boxes = Mul(flat, large)
  found = Concat(scores, boxes) {axis = 1}
  return found
`

/** The chip of these tests. */
export const chip = ['--chip', 'bm1684x']
/** Options of `q quantize` that name the samples. */
export const samples = ['--data', 'samples', '--input_num', '4', '--tune_num', '0']
/** The rows of a quantization table. */
export const rowsOf = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

/** Writes the detector as `net.onnx`, and `samples`, before every test. */
export function withDetector(): void {
  beforeEach(() => {
    writeFileSync('net.onnx', exportOnnx(detector, { outputNames: detector.outputs }))
    mkdirSync('samples')
    for (let i = 0; i < 4; i++) {
      const data = Float32Array.from({ length: 256 }, (_, at) => Math.sin(at * (i + 1) + i))
      writeFileSync(`samples/${i}.npy`, encodeNpy({ dtype: 'f32', shape: [1, 4, 8, 8], data }))
    }
  })
}
