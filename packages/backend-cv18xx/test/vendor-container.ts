import { type FlatTable, writeTables } from '@q/ir/container'
import { Builder } from 'flatbuffers'
import { withHeader } from '../src/cvimodel/header.ts'

const shape = (...dim: readonly number[]): FlatTable => [{ id: 0, kind: 'i64s', value: dim }]
const memory = 2 ** 40

/** A tensor as compilers write one. */
const tensor = (name: string, offset: number, dtype: number, extents: readonly number[], more: FlatTable = []): FlatTable => [
  { id: 1, kind: 'string', value: name },
  { id: 2, kind: 'i64', value: offset },
  { id: 3, kind: 'u8', value: dtype },
  { id: 4, kind: 'table', value: shape(...extents) },
  ...more,
]
const quant = (qscale: number, zeroPoint = 0): FlatTable => [
  {
    id: 6,
    kind: 'table',
    value: [
      { id: 3, kind: 'f32', value: zeroPoint },
      { id: 4, kind: 'f32', value: qscale },
    ],
  },
]
const routine = (type: number, inputs: readonly string[], outputs: readonly string[], code: FlatTable): FlatTable => [
  { id: 0, kind: 'u8', value: type },
  { id: 1, kind: 'strings', value: inputs },
  { id: 2, kind: 'strings', value: outputs },
  ...code,
]
const section = (type: number, name: string, offset: number, size: number, more: FlatTable = []): FlatTable => [
  { id: 0, kind: 'u8', value: type },
  { id: 1, kind: 'string', value: name },
  { id: 2, kind: 'u32', value: size },
  { id: 3, kind: 'u32', value: offset },
  ...more,
]

/** The fields of a program that a compiler made: every memory, both kinds of routines. */
const program: FlatTable = [
  { id: 0, kind: 'u32', value: 1 },
  { id: 2, kind: 'strings', value: ['picture'] },
  { id: 3, kind: 'strings', value: ['y', 'z'] },
  {
    id: 4,
    kind: 'tables',
    value: [
      tensor(
        'picture',
        3 * memory,
        7,
        [1, 1, 4, 4],
        [...quant(1), { id: 10, kind: 'string', value: 'GRAYSCALE' }, { id: 12, kind: 'u32', value: 16 }],
      ),
      tensor('inner', 64, 6, [1, 2, 4, 4], quant(0.03125)),
      tensor('own', 2 * memory + 32, 3, [1, 2, 4, 4]),
      tensor('factor', memory + 16, 6, [1, 1, 1, 4], quant(1000)),
      tensor('y', 4 * memory, 6, [1, 10, 1, 1], quant(0.5, -2)),
      tensor('z', -1, 0, [1, 10, 1, 1], quant(1)),
    ],
  },
  {
    id: 5,
    kind: 'tables',
    value: [
      routine(0, ['picture'], ['inner', 'y'], [{ id: 3, kind: 'table', value: [{ id: 0, kind: 'string', value: 'subfunc_0' }] }]),
      routine(0, ['y'], ['own'], [{ id: 3, kind: 'table', value: [{ id: 1, kind: 'string', value: 'moves' }] }]),
      routine(
        1,
        ['y'],
        ['z'],
        [
          {
            id: 4,
            kind: 'table',
            value: [
              { id: 0, kind: 'string', value: 'softmax' },
              { id: 1, kind: 'bytes', value: Uint8Array.of(1) },
            ],
          },
        ],
      ),
    ],
  },
  { id: 6, kind: 'u32', value: 512 },
  { id: 7, kind: 'u32', value: 128 },
]

/** The tables of the container. */
export const tables: FlatTable = [
  { id: 0, kind: 'u8 struct', value: [1, 4, 0] },
  { id: 1, kind: 'string', value: 'net' },
  { id: 2, kind: 'string', value: '2024-11-01 13:22:49' },
  {
    id: 5,
    kind: 'tables',
    value: [
      [
        { id: 0, kind: 'string', value: 'filter' },
        { id: 1, kind: 'i64', value: memory + 16 },
        { id: 2, kind: 'u32', value: 8 },
        { id: 3, kind: 'table', value: shape(1, 2, 2, 2) },
        { id: 4, kind: 'u8', value: 6 },
      ],
    ],
  },
  { id: 6, kind: 'tables', value: [program] },
  {
    id: 7,
    kind: 'tables',
    value: [
      section(0, 'weight', 0, 32),
      section(1, 'subfunc_0', 32, 5),
      section(4, 'moves', 37, 3, [
        { id: 4, kind: 'u8', value: 1 },
        { id: 5, kind: 'u8', value: 1 },
      ]),
      section(200, 'notes', 40, 0),
    ],
  },
  { id: 8, kind: 'string', value: 'cv182x' },
  { id: 9, kind: 'string', value: 'v1.3' },
]

/** The bytes of its sections. */
export const data = Uint8Array.from({ length: 40 }, (_, i) => i)

/** The container, with other fields in the place of some. */
export function container(changed: FlatTable = [], behind = data, chip = 'cv182x'): Uint8Array {
  const others = new Set(changed.map(({ id }) => id))
  return withHeader(chip, writeTables([...tables.filter(({ id }) => !others.has(id)), ...changed], new Builder(64)), behind)
}

/** The container with another program. */
export function containerOf(changed: FlatTable): Uint8Array {
  const others = new Set(changed.map(({ id }) => id))
  return container([{ id: 6, kind: 'tables', value: [[...program.filter(({ id }) => !others.has(id)), ...changed]] }])
}

export { quant, section, tensor }
