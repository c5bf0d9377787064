import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Preprocess, Tensor } from '@q/ir'
import { encodeNpy, encodeNpz } from '@q/npz'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { iterate } from './iterate.ts'
import { loadTestInput } from './load-test-input.ts'
import type { SampleInput } from './sample-input.ts'
import { createSampleSource } from './sample-source.ts'

let folder = ''
const file = (name: string): string => join(folder, name)
const files = (...names: string[]): string[] => names.map(file)
const tensorOf = (shape: readonly number[], ...numbers: number[]): Tensor => ({ dtype: 'f32', shape, data: Float32Array.from(numbers) })
const numbersOf = (sample: ReadonlyMap<string, Tensor>, name: string): number[] => Array.from(sample.get(name)!.data, Number)

const preprocess: Preprocess = {
  pixelFormat: 'gray',
  channelFormat: 'nchw',
  resizeDims: [],
  keepAspectRatio: false,
  keepRatioMode: 'letterbox',
  padValue: 0,
  padType: 'center',
  mean: [0],
  scale: [1],
  yuvType: '',
}
const pixel = (batch: number, name = 'x'): SampleInput => ({ name, shape: [batch, 1, 1, 1], dtype: 'f32', preprocess })
const row = (batch: number, name = 'x'): SampleInput => ({ name, shape: [batch, 2], dtype: 'f32' })

afterAll(() => rm(folder, { recursive: true }))
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'q-data-'))
  for (let i = 0; i < 5; i++) {
    const raw = { width: 1, height: 1, channels: 1 } as const
    await writeFile(
      file(`${i}.png`),
      await sharp(Buffer.of(i * 10), { raw })
        .toColourspace('b-w')
        .png()
        .toBuffer(),
    )
    await writeFile(file(`${i}.npz`), encodeNpz([['any', tensorOf([1, 2], i, -i)]]))
    await writeFile(file(`${i}.npy`), encodeNpy(tensorOf([1, 2], i, -i)))
    await writeFile(
      file(`pair${i}.npz`),
      encodeNpz([
        ['x', tensorOf([1, 2], i, -i)],
        ['y', tensorOf([1, 2], 100 + i, 0)],
      ]),
    )
  }
  await writeFile(file('whole.npz'), encodeNpz([['any', tensorOf([2, 2], 7, 8, 9, 10)]]))
  await writeFile(file('text.png'), 'this is a text')
  await writeFile(file('zero.npz'), '')
  await writeFile(file('ids.npy'), encodeNpy({ dtype: 'i64', shape: [2], data: BigInt64Array.of(16_777_217n, -9_007_199_791_611_905n) }))
  await writeFile(file('nan.npy'), encodeNpy({ dtype: 'f64', shape: [1, 2], data: Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY) }))
  await writeFile(file('half.npy'), encodeNpy({ dtype: 'f16', shape: [1, 2], data: Uint16Array.of(0x0001, 0xc100) }))
})

describe('samples of images', () => {
  it('are joined to batches, the list being filled up with its last entry', async () => {
    const source = await createSampleSource(files('0.png', '1.png', '2.png'), [pixel(2)])
    expect(source.count).toBe(2)
    expect(numbersOf(await source.load(0), 'x')).toEqual([0, 10])
    expect(numbersOf(await source.load(1), 'x')).toEqual([20, 20])
    expect(source.describe?.(1)).toBe(`${file('2.png')}, ${file('2.png')}`)
  })

  it('take one file of an entry for each network input', async () => {
    const entries = [files('0.png', '1.png').join(', '), files('2.png', '3.png').join(',')]
    const source = await createSampleSource(entries, [pixel(1, 'x'), pixel(1, 'y')])
    const sample = await source.load(1)
    expect([numbersOf(sample, 'x'), numbersOf(sample, 'y')]).toEqual([[20], [30]])
  })

  it('name the file in the middle of the list that is no image', async () => {
    const source = await createSampleSource(files('0.png', 'text.png', '1.png'), [pixel(1)], { listName: 'photos' })
    await expect(source.load(1)).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      at: ['photos', 'entry 2 of 3', file('text.png')],
      found: expect.stringContaining('plain text'),
    })
  })
})

describe('samples of npz files', () => {
  it('are the only array, whatever its name', async () => {
    const source = await createSampleSource(files('1.npz', '2.npz'), [row(1)])
    expect(source.count).toBe(2)
    expect(numbersOf(await source.load(1), 'x')).toEqual([2, -2])
  })

  it('of one row are joined to batches, an incomplete rest is dropped, whole batches stand alone', async () => {
    const source = await createSampleSource(files('0.npz', 'whole.npz', '1.npz', '2.npz'), [row(2)])
    expect(source.count).toBe(2)
    expect(numbersOf(await source.load(0), 'x')).toEqual([7, 8, 9, 10])
    expect(numbersOf(await source.load(1), 'x')).toEqual([0, -0, 1, -1])
  })

  it('are found by name for several inputs, cut to the leading axis of each', async () => {
    const source = await createSampleSource(files('pair0.npz', 'pair1.npz'), [row(2), row(1, 'y')])
    const sample = await source.load(0)
    expect([numbersOf(sample, 'x'), numbersOf(sample, 'y')]).toEqual([
      [0, -0, 1, -1],
      [100, 0],
    ])
  })

  it('must fill one batch, and are not joined for evaluation', async () => {
    await expect(createSampleSource(files('0.npz'), [row(2)])).rejects.toMatchObject({ code: 'SAMPLES_EMPTY' })
    const source = await createSampleSource(files('whole.npz', 'whole.npz'), [row(2)], { grouping: 'entry' })
    expect(source.count).toBe(2)
  })

  it('say which name was meant, and which shape is wanted', async () => {
    const named = await createSampleSource(files('pair0.npz'), [row(1, 'xx'), row(1, 'y')])
    await expect(named.load(0)).rejects.toMatchObject({
      code: 'SAMPLE_NAME',
      wanted: 'xx',
      hint: expect.stringContaining('did you mean x'),
    })
    const shaped = await createSampleSource(files('0.npz'), [{ ...row(1), shape: [1, 3] }])
    await expect(shaped.load(0)).rejects.toMatchObject({ code: 'SAMPLE_SHAPE', found: 'shape [1, 2]', wanted: 'shape [1, 3]' })
    const empty = await createSampleSource(files('zero.npz'), [row(1)])
    await expect(empty.load(0)).rejects.toMatchObject({ code: 'FILE_EMPTY' })
    await expect(empty.load(1)).rejects.toMatchObject({ code: 'SAMPLE_INDEX' })
  })
})

describe('samples of npy files', () => {
  it('go to the inputs in order', async () => {
    const source = await createSampleSource([files('1.npy', '2.npy').join(',')], [row(1, 'x'), row(1, 'y')])
    const sample = await source.load(0)
    expect([numbersOf(sample, 'x'), numbersOf(sample, 'y')]).toEqual([
      [1, -1],
      [2, -2],
    ])
  })

  it('must be as many as the inputs', async () => {
    await expect(createSampleSource(files('1.npy'), [row(1, 'x'), row(1, 'y')])).rejects.toMatchObject({
      code: 'SAMPLE_INPUTS',
      wanted: expect.stringContaining('x, y'),
    })
  })

  it.each(['i64', 'i32', 'u8', 'bool'] as const)('refuses a number that would become another where the network takes %s', async (dtype) => {
    const ids = { ...row(1), dtype }
    await writeFile(file('i32.npz'), encodeNpz([['x', { dtype: 'i32', shape: [1, 2], data: Int32Array.of(-16_777_216, 16_777_219) }]]))
    await writeFile(file('f64.npy'), encodeNpy({ dtype: 'f64', shape: [1, 2], data: Float64Array.of(16_777_217, 1) }))
    await writeFile(file('held.npy'), encodeNpy({ dtype: 'i64', shape: [1, 2], data: BigInt64Array.of(1n << 40n, -16_777_216n) }))
    const cases = [
      ['ids.npy', '16777217 at 0, which would become 16777216'],
      ['i32.npz', '16777219 at 1, which would become 16777220'],
      ['f64.npy', '16777217 at 0, which would become 16777216'],
    ] as const
    for (const [name, found] of cases) {
      const refusal = expect.objectContaining({ code: 'SAMPLE_INTEGER', found, at: expect.arrayContaining([file(name)]) })
      const source = await createSampleSource(files(name), [ids])
      await expect(source.load(0)).rejects.toThrow(refusal)
      await expect(loadTestInput(file(name), [ids])).rejects.toThrow(refusal)
    }
    expect(numbersOf(await (await createSampleSource(files('held.npy'), [ids])).load(0), 'x')).toEqual([2 ** 40, -(2 ** 24)])
  })

  it('are rounded once to float32', async () => {
    // 2^53 + 2^29 + 1 lies just beyond the middle of two float32 numbers; the way over float64 would lose that.
    const source = await createSampleSource(files('ids.npy', 'half.npy'), [row(1)])
    expect(numbersOf(await source.load(0), 'x')).toEqual([16_777_216, -9_007_200_328_482_816])
    expect(numbersOf(await source.load(1), 'x')).toEqual([2 ** -24, -2.5])
  })
})

describe('iterating', () => {
  it('keeps the order and never holds more than asked for', async () => {
    let [loading, most] = [0, 0]
    const source = {
      count: 9,
      async load(index: number) {
        loading++
        most = Math.max(most, loading)
        await new Promise((resolve) => setTimeout(resolve, index % 2 === 0 ? 8 : 1))
        return new Map([['x', tensorOf([1], index)]])
      },
    }
    const seen: number[] = []
    for await (const sample of iterate(source, { ahead: 3 })) {
      loading--
      seen.push(...numbersOf(sample, 'x'))
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(most).toBe(4)
  })

  it('reports a failing sample at its turn', async () => {
    const source = await createSampleSource(files('0.png', '1.png', 'text.png'), [pixel(1)])
    const seen: number[] = []
    await expect(async () => {
      for await (const sample of iterate(source)) seen.push(...numbersOf(sample, 'x'))
    }).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' })
    expect(seen).toEqual([0, 10])
  })
})

describe('a test input', () => {
  it('is an npz, npy files or images, one for each input', async () => {
    expect(numbersOf(await loadTestInput(file('3.npz'), [row(1)]), 'x')).toEqual([3, -3])
    expect(numbersOf(await loadTestInput(file('pair3.npz'), [row(1, 'y'), row(1, 'x')]), 'y')).toEqual([103, 0])
    const mixed = await loadTestInput(files('4.png', '3.npy').join(','), [pixel(1, 'image'), row(1, 'y')])
    expect([numbersOf(mixed, 'image'), numbersOf(mixed, 'y')]).toEqual([[40], [3, -3]])
  })

  it('repeats an image to fill the batch, or takes one for each row', async () => {
    expect(numbersOf(await loadTestInput(file('4.png'), [pixel(3)]), 'x')).toEqual([40, 40, 40])
    expect(numbersOf(await loadTestInput(files('4.png', '1.png').join(','), [pixel(2)]), 'x')).toEqual([40, 10])
  })

  it('may hold infinite and undefined numbers', async () => {
    expect(numbersOf(await loadTestInput(file('nan.npy'), [row(1)]), 'x')).toEqual([Number.NaN, Number.POSITIVE_INFINITY])
  })

  it.each([
    ['TEST_INPUT_KIND', 'a.txt', [row(1)]],
    ['TEST_INPUT_KIND', '', [row(1)]],
    ['TEST_INPUT_KIND', '1.npz,2.npz', [row(1)]],
    ['SAMPLE_INPUTS', '1.npy', [row(1, 'x'), row(1, 'y')]],
    ['SAMPLE_NAME', 'pair1.npz', [row(1, 'z')]],
    ['SAMPLE_SHAPE', 'whole.npz', [row(1)]],
    ['INPUT_NOT_IMAGE', '1.png', [row(1)]],
    ['FILE_MISSING', 'nowhere.npz', [row(1)]],
  ])('%s for %j', async (code, names, inputs) => {
    const source = names
      .split(',')
      .map((name) => (name === '' ? '' : file(name)))
      .join(',')
    await expect(loadTestInput(source, inputs)).rejects.toMatchObject({ code, hint: expect.any(String), found: expect.any(String) })
  })
})
