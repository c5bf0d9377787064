import { describe, expect, it } from 'vitest'
import { index, onnxFile, type SmallConstant, type SmallNode, whole } from '../../test/onnx-file.ts'
import { importOnnx } from '../import-onnx.ts'

type Case = readonly [what: string, nodes: readonly SmallNode[], constants: Readonly<Record<string, SmallConstant>>]
const fileOf = (nodes: readonly SmallNode[], constants: Readonly<Record<string, SmallConstant>>) =>
  onnxFile({ inputs: { x: [1, 4] }, nodes, constants, outputs: 'y' })

describe('a size that a file states is bounded before room is made for it', () => {
  it.each<Case>([
    [
      'ConstantOfShape',
      [
        ['ConstantOfShape', 's', 'c'],
        ['Add', 'x c', 'y'],
      ],
      { s: whole(2 ** 52, 2 ** 52) },
    ],
    [
      'ConstantOfShape with negative sizes',
      [
        ['ConstantOfShape', 's', 'c'],
        ['Add', 'x c', 'y'],
      ],
      { s: whole(-1, -1) },
    ],
    [
      'Range',
      [
        ['Range', 'a b c', 'r'],
        ['Cast', 'r', 'f', { to: 1 }],
        ['Add', 'x f', 'y'],
      ],
      { a: index(0), b: index(1e13), c: index(1) },
    ],
    [
      'Range without steps',
      [
        ['Range', 'a b c', 'r'],
        ['Cast', 'r', 'f', { to: 1 }],
        ['Add', 'x f', 'y'],
      ],
      { a: index(0), b: index(1), c: index(0) },
    ],
    [
      'OneHot',
      [
        ['OneHot', 'i d v', 'h'],
        ['Add', 'x h', 'y'],
      ],
      { i: whole(0), d: index(2 ** 40), v: { data: [0, 1] } },
    ],
    ['Expand of an operand', [['Expand', 'x s', 'y']], { s: whole(2 ** 30, 4) }],
    [
      'Expand of a constant',
      [
        ['Expand', 'k s', 'e'],
        ['Mul', 'x e', 'y'],
      ],
      { k: { data: [1] }, s: whole(2 ** 40, 4) },
    ],
    [
      'Tile of a constant',
      [
        ['Tile', 'k s', 'e'],
        ['Mul', 'x e', 'y'],
      ],
      { k: { data: [1, 2, 3, 4] }, s: whole(2 ** 40) },
    ],
    ['Pad', [['Pad', 'x p', 'y']], { p: whole(0, 0, 1e12, 1e12) }],
  ])('%s', async (_, nodes, constants) => {
    await expect(importOnnx(fileOf(nodes, constants))).rejects.toMatchObject({
      code: 'ONNX_TENSOR_SIZE',
      wanted: expect.stringMatching(/^sizes from 0, and \d+ elements at most$/),
    })
  })

  it('what is folded wrongly is an error of the model, not of the program', async () => {
    const nodes: readonly SmallNode[] = [
      ['Concat', 'a b', 'c', { axis: 3 }],
      ['Add', 'x c', 'y'],
    ]
    const constants = { a: { data: [1, 2] }, b: { data: [3, 4] } }
    await expect(importOnnx(fileOf(nodes, constants))).rejects.toMatchObject({ code: 'SHAPE_AXIS', at: ['model', 'Concat c'] })
  })
})

describe('an index outside of its axis is refused where it is known, by the name of its node', () => {
  const table: SmallConstant = { data: [1, 2, 3, 4], shape: [1, 4] }
  const flat: SmallConstant = { data: [4], shape: [1, 1], dtype: 'i64' }
  const pair: SmallConstant = { data: [0, 4], shape: [1, 2], dtype: 'i64' }
  it.each<Case>([
    ['Gather', [['Gather', 'x i', 'y', { axis: 1 }]], { i: whole(4) }],
    ['Gather', [['Gather', 'x i', 'y', { axis: 1 }]], { i: index(-5) }],
    ['GatherElements', [['GatherElements', 'x i', 'y', { axis: 1 }]], { i: flat }],
    ['GatherND', [['GatherND', 'x i', 'y']], { i: pair }],
    ['ScatterElements', [['ScatterElements', 'x i u', 'y', { axis: 1 }]], { i: flat, u: { data: [1], shape: [1, 1] } }],
    ['ScatterND', [['ScatterND', 'x i u', 'y']], { i: pair, u: { data: [1] } }],
    [
      'Gather',
      [
        ['Gather', 't i', 'g', { axis: 1 }],
        ['Add', 'x g', 'y'],
      ],
      { t: table, i: whole(4) },
    ],
    [
      'GatherND',
      [
        ['GatherND', 't i', 'g'],
        ['Add', 'x g', 'y'],
      ],
      { t: table, i: pair },
    ],
  ])('%s', async (op, nodes, constants) => {
    await expect(importOnnx(fileOf(nodes, constants))).rejects.toMatchObject({
      code: 'ONNX_BAD_NODE',
      at: ['model', expect.stringMatching(new RegExp(`^${op} `))],
      found: expect.stringMatching(/^index -?\d$/),
    })
  })
})

it('a layer that no input leads to is refused where a small file makes it large, before anything is computed', async () => {
  const nodes: readonly SmallNode[] = [
    ['ConstantOfShape', 's', 'a'],
    ['Add', 'a a', 'b'],
    ['Concat', 'b b b b', 'c', { axis: 0 }],
    ['ReduceSum', 'c', 'd', { keepdims: 0 }],
    ['Add', 'x d', 'y'],
  ]
  await expect(importOnnx(fileOf(nodes, { s: whole(2 ** 25) }))).rejects.toMatchObject({
    code: 'ONNX_TENSOR_SIZE',
    at: ['model', 'Concat c'],
    found: `${2 ** 27 - 1} elements`,
  })
  // One that is made of such a layer is another.
  const doubled: readonly SmallNode[] = ['a', 'b', 'c'].map((name, i) => [
    'Concat',
    i === 0 ? 'w w' : `${'wabc'[i]!} ${'wabc'[i]!}`,
    name,
    { axis: 0 },
  ])
  const more: readonly SmallNode[] = [
    ['ConstantOfShape', 's', 'w'],
    ...doubled,
    ['ReduceSum', 'c', 'd', { keepdims: 0 }],
    ['Add', 'x d', 'y'],
  ]
  await expect(importOnnx(fileOf(more, { s: whole(2 ** 24) }))).rejects.toMatchObject({ at: ['model', 'Concat c'] })
})

it('tensors that each may be folded are refused where they are too large together', async () => {
  const names = ['a', 'b', 'c']
  const nodes = names.flatMap((name, i): readonly SmallNode[] => [
    ['ConstantOfShape', 's', name],
    ['Add', `${i === 0 ? 'x' : `x${i}`} ${name}`, i === names.length - 1 ? 'y' : `x${i + 1}`],
  ])
  await expect(importOnnx(fileOf(nodes, { s: whole(2 ** 23, 4) }))).rejects.toMatchObject({
    code: 'ONNX_TENSOR_SIZE',
    found: `${3 * (2 ** 25 - 2)} elements`,
    wanted: `sizes from 0, and ${2 ** 26} elements at most`,
    hint: expect.stringContaining('--max-memory'),
  })
  await expect(importOnnx(fileOf(nodes, { s: whole(2 ** 14, 4) }), { mostGrown: 2 ** 18 })).rejects.toMatchObject({
    found: `${2 ** 17 - 4} elements`,
    wanted: `sizes from 0, and ${2 ** 16} elements at most`,
  })
  await expect(importOnnx(fileOf(nodes, { s: whole(2 ** 14, 4) }))).resolves.toBeDefined()
})
