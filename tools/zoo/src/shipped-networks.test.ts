import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url))
const mean = [123.675, 116.28, 103.53]
const scale = [0.0171, 0.0175, 0.0174]

function pictureNames(folder: string): string[] {
  return readdirSync(examples + folder).filter((name) => name.endsWith('.png'))
}

async function readPicture(path: string): Promise<Tensor> {
  const { data, info } = await sharp(examples + path)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const plane = info.width * info.height
  const values = new Float32Array(3 * plane)
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) values[c * plane + i] = (data[3 * i + c]! - mean[c]!) * scale[c]!
  }
  return new Tensor('float32', values, [1, 3, info.height, info.width])
}

function placeOfLargest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}

describe('the digit classifier of examples/quickstart', () => {
  it('reads every shipped picture right, those it was trained on and those it was not', async () => {
    const session = await InferenceSession.create(`${examples}quickstart/digits.onnx`)
    for (const [folder, count] of [
      ['quickstart/images', 40],
      ['quickstart/calibration', 20],
    ] as const) {
      const names = pictureNames(folder)
      expect(names).toHaveLength(count)
      for (const name of names) {
        const { scores } = await session.run({ image: await readPicture(`${folder}/${name}`) })
        expect(placeOfLargest(scores!.data as Float32Array), name).toBe(Number(name[0]))
      }
    }
  })
})

describe('the detector of examples/assets', () => {
  it('finds the disk of every shipped picture within one cell of four pixels', async () => {
    const session = await InferenceSession.create(`${examples}assets/heatmap.onnx`)
    const names = pictureNames('assets/heatmap')
    expect(names).toHaveLength(16)
    for (const name of names) {
      const [, x, y] = name.match(/_x(\d+)_y(\d+)_/)!.map(Number)
      const { heat } = await session.run({ image: await readPicture(`assets/heatmap/${name}`) })
      const hottest = placeOfLargest(heat!.data as Float32Array)
      // The name's place is rounded to whole pixels.
      expect(Math.abs(((hottest % 16) + 0.5) * 4 - x!), name).toBeLessThanOrEqual(4.5)
      expect(Math.abs((Math.floor(hottest / 16) + 0.5) * 4 - y!), name).toBeLessThanOrEqual(4.5)
    }
  })
})

it('the shipped weights stay under one megabyte each', () => {
  for (const path of ['quickstart/digits.onnx', 'assets/heatmap.onnx']) expect(statSync(examples + path).size).toBeLessThan(1_000_000)
})
