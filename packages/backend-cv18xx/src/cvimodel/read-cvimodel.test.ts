import type { FlatTable } from '@q/ir/container'
import { describe, expect, it } from 'vitest'
import { file } from '../../test/tiny-container.ts'
import { container, containerOf, data, quant, section, tables, tensor } from '../../test/vendor-container.ts'
import { readCvimodel } from './read-cvimodel.ts'

const read = (bytes: Uint8Array) => readCvimodel(bytes, 'net.cvimodel')
const refusal = (message: string, found: string) =>
  expect.objectContaining({ code: 'CVIMODEL_INVALID', at: ['net.cvimodel'], message: expect.stringContaining(message), found })

describe('a container of the vendor’s compiler', () => {
  const model = read(container())

  it('names network, chip, versions, time, and has the digest of its bytes', () => {
    expect(model).toMatchObject({
      chip: 'cv182x',
      name: 'net',
      version: '1.4.0',
      time: '2024-11-01 13:22:49',
      maker: 'v1.3',
      isIntact: true,
    })
  })

  it('has sections, of kinds that are not known too', () => {
    expect(model.sections).toEqual([
      { kind: 'weight', name: 'weight', offset: 0, bytes: data.subarray(0, 32), isEncrypted: false, isCompressed: false },
      { kind: 'cmdbuf', name: 'subfunc_0', offset: 32, bytes: data.subarray(32, 37), isEncrypted: false, isCompressed: false },
      { kind: 'dmabuf', name: 'moves', offset: 37, bytes: data.subarray(37), isEncrypted: true, isCompressed: true },
      { kind: '200', name: 'notes', offset: 40, bytes: new Uint8Array(), isEncrypted: false, isCompressed: false },
    ])
  })

  it('has weights, and their bytes', () => {
    expect(model.weights).toEqual([{ name: 'filter', dtype: 'i8', shape: [1, 2, 2, 2], offset: 16, bytes: data.subarray(16, 24) }])
  })

  it('has programs: tensors in every memory, inputs and outputs among them, routines of both kinds', () => {
    const [picture, inner, own, factor, y, z] = model.programs[0]!.tensors
    expect(picture).toEqual({
      name: 'picture',
      dtype: 'u8',
      shape: [1, 1, 4, 4],
      memory: 'io',
      offset: 0,
      size: 16,
      quant: { qscale: 1, zeroPoint: 0 },
      pixelFormat: 'GRAYSCALE',
    })
    expect(inner).toEqual({
      name: 'inner',
      dtype: 'i8',
      shape: [1, 2, 4, 4],
      memory: 'shared',
      offset: 64,
      size: 0,
      quant: { qscale: 0.03125, zeroPoint: 0 },
    })
    expect(own).toEqual({ name: 'own', dtype: 'bf16', shape: [1, 2, 4, 4], memory: 'private', offset: 32, size: 0 })
    expect(factor).toMatchObject({ memory: 'weight', offset: 16 })
    expect(y).toMatchObject({ memory: 'io', offset: 0, quant: { qscale: 0.5, zeroPoint: -2 } })
    expect(z).toMatchObject({ dtype: 'f32', memory: 'host', offset: 0 })
    expect(model.programs).toEqual([
      {
        batch: 1,
        sharedBytes: 512,
        privateBytes: 128,
        neuronBytes: 0,
        inputs: [picture],
        outputs: [y, z],
        tensors: [picture, inner, own, factor, y, z],
        routines: [
          { runs: 'tpu', inputs: ['picture'], outputs: ['inner', 'y'], code: 'subfunc_0' },
          { runs: 'tpu', inputs: ['y'], outputs: ['own'], code: 'moves' },
          { runs: 'cpu', inputs: ['y'], outputs: ['z'], code: 'softmax' },
        ],
      },
    ])
  })

  it('need not name a chip in its tables, nor have a digest', () => {
    const nameless = container(
      tables.filter(({ id }) => id === 8).map((field): FlatTable[number] => ({ ...field, kind: 'string', value: '' })),
    )
    expect(read(nameless).chip).toBe('cv182x')
    expect(read(container().fill(0, 14, 30)).isIntact).toBe(false)
  })

  it('had a shorter header before version 1.1, and cv183x as its chip', () => {
    const now = container([
      { id: 0, kind: 'u8 struct', value: [1, 0, 2] },
      { id: 8, kind: 'string', value: 'cv183x' },
    ])
    const old = new Uint8Array(now.length - 16)
    old.set(now.subarray(0, 30))
    old.set(now.subarray(48), 32)
    old[13] = 0
    expect(read(old)).toMatchObject({ chip: 'cv183x', version: '1.0.2', isIntact: true, name: 'net' })
  })
})

describe('what is refused, and why', () => {
  it('a version that is not known', () => {
    for (const [at, value, version] of [
      [13, 5, '1.5'],
      [12, 2, '2.4'],
    ] as const) {
      const bytes = container()
      bytes[at] = value
      expect(() => read(bytes)).toThrow(
        expect.objectContaining({ code: 'CVIMODEL_VERSION', at: ['net.cvimodel'], found: `version ${version}` }),
      )
    }
  })

  it('a header that says another thing than the tables', () => {
    expect(() => read(container([], data, 'cv180x'))).toThrow(
      refusal('different things', 'version 1.4, chip "cv180x"; version 1.4, chip "cv182x"'),
    )
    expect(() => read(container([{ id: 0, kind: 'u8 struct', value: [1, 3, 0] }]))).toThrow(
      refusal('different things', 'version 1.4, chip "cv182x"; version 1.3, chip "cv182x"'),
    )
  })

  it('a section behind the end of the file, a weight outside its section', () => {
    expect(() => read(container([], data.subarray(0, 39)))).toThrow(refusal('section moves', '39 bytes behind the tables'))
    const short = [section(0, 'weight', 0, 23)]
    expect(() => read(container([{ id: 7, kind: 'tables', value: short }]))).toThrow(
      refusal('weight filter lies outside', 'bytes 16 to 24'),
    )
    expect(() => read(container([{ id: 7, kind: 'tables', value: [section(0, 'weight', 2 ** 32 - 1, 2 ** 32 - 1)] }]))).toThrow('cut short')
  })

  it('an input that is no tensor, a type or a shape that is none', () => {
    expect(() => read(containerOf([{ id: 2, kind: 'strings', value: ['pictures'] }]))).toThrow(
      'an input or output pictures that is none of its tensors',
    )
    const one = (dtype: number, extents: readonly number[]) =>
      containerOf([{ id: 4, kind: 'tables', value: [tensor('t', 0, dtype, extents, quant(1))] }])
    expect(() => read(one(8, [1, 1, 1, 1]))).toThrow(refusal('the element type of t', 'number 8'))
    expect(() => read(one(0, [1, 2, 3]))).toThrow(refusal('t has a shape that is none', '[1, 2, 3]'))
    expect(() => read(one(0, [1, 2, 3, -1]))).toThrow(refusal('t has a shape that is none', '[1, 2, 3, -1]'))
  })

  it('a small file that describes a huge one: thousands of tensors that are one, with a long name', () => {
    const count = 3000
    const long = tensor('n'.repeat(20_000), 0, 0, [1, 1, 1, 1])
    const bytes = containerOf([{ id: 4, kind: 'tables', value: [long, ...Array.from({ length: count }, (): FlatTable => [])] }])
    const view = new DataView(bytes.buffer)
    const places = Array.from({ length: bytes.length >> 2 }, (_, i) => 4 * i)
    const list = places.find((at) => view.getUint32(at, true) === count + 1)! + 4
    const first = list + view.getUint32(list, true)
    for (let i = 0; i <= count; i++) view.setUint32(list + 4 * i, first - (list + 4 * i), true)
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({
        code: 'CVIMODEL_INVALID',
        cause: expect.objectContaining({ message: 'the tables say more than the file can hold' }),
      }),
    )
  })

  it('any other damage: by its own error, or it is read', () => {
    for (const whole of [container(), file]) {
      for (let at = 0; at + 4 <= whole.length; at += 3) {
        for (const value of [0x7fffffff, 0xffffffff]) {
          const copy = whole.slice()
          new DataView(copy.buffer).setUint32(at, value, true)
          try {
            read(copy)
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^CVIMODEL_(INVALID|VERSION)$/) })
          }
        }
      }
    }
  })
})
