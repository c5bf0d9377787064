import { expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { onnxFile, type SmallConstant, type SmallInput, type SmallNode, whole } from './onnx-file.ts'

const ids: SmallInput = { shape: [2, 4], dtype: 'i64' }

/** The codes and messages of what an import warns of. */
async function warnings(
  nodes: readonly SmallNode[],
  constants: Readonly<Record<string, SmallConstant>> = {},
  inputs: Readonly<Record<string, readonly number[] | SmallInput>> = { x: ids },
): Promise<readonly string[]> {
  const told: string[] = []
  await importOnnx(onnxFile({ inputs, constants, nodes, outputs: 'y' }), {
    warn: ({ code, message }) => void told.push(`${code}: ${message}`),
  })
  return told
}

const toFloat = (name: string): SmallNode => ['Cast', name, 'y', { to: 1 }]
const rows: SmallConstant = { shape: [8, 2], data: Array.from({ length: 16 }, Math.sin) }

it('arithmetic between casts to double is named: it is computed in float32', async () => {
  const told = await warnings(
    [['Cast', 'x', 'd', { to: 11 }], ['Mul', 'd d', 'e'], ['Reshape', 'e s', 'r'], ['Sub', 'r d', 'f'], toFloat('f')],
    { s: whole(2, 4) },
    { x: [2, 4] },
  )
  expect(told).toEqual([expect.stringMatching(/^ONNX_DOUBLE_NARROWED: .* float32.*: e \(Mul\), f \(Sub\)$/)])
})

it('integers that may grow beyond what float32 counts are named, and constants that it rounds', async () => {
  const large = await warnings([['Mul', 'x x', 'p'], ['Mod', 'p m', 'r'], toFloat('r')], { m: whole(1009) })
  expect(large).toEqual([expect.stringMatching(/^ONNX_INTEGERS_NARROWED: .*16777216 \(2\^24\).*: p \(Mul\), r \(Mod\)$/)])
  const rounded = await warnings([['Add', 'x k', 'p'], toFloat('p')], { k: whole(16777217) })
  expect(rounded).toContainEqual(expect.stringMatching(/^ONNX_CONSTANT_ROUNDED: .*: 16777217 of k becomes 16777216$/))
})

it.each<[string, readonly SmallNode[], Readonly<Record<string, SmallConstant>>]>([
  [
    'position ids of a mask',
    [
      ['CumSum', 'x a', 'c'],
      ['Mul', 'c x', 'm'],
      ['Sub', 'm one', 'p'],
      ['Gather', 'rows p', 'y'],
    ],
    { a: whole(1), one: whole(1), rows },
  ],
  [
    'a product of masks',
    [
      ['Mul', 'x x', 'm'],
      ['Cast', 'm', 'b', { to: 9 }],
      ['Cast', 'b', 'y', { to: 1 }],
    ],
    {},
  ],
  ['ids and an offset', [['Add', 'x two', 'p'], toFloat('p')], { two: whole(2) }],
  ['the class of a pick', [['ArgMax', 'x', 'k', { axis: 1 }], ['Div', 'k two', 'p'], ['Mul', 'p p', 'q'], toFloat('q')], { two: whole(2) }],
  [
    'shapes',
    [
      ['Shape', 'x', 's'],
      ['Mul', 's s', 't'],
      ['Mul', 't t', 'u'],
      ['Mul', 'u u', 'v'],
      ['Expand', 'f v', 'g'],
      ['ReduceSum', 'x v0', 'h'],
      ['Cast', 'h', 'y', { to: 1 }],
    ],
    { f: { data: [1] }, v0: whole(1) },
  ],
])('and ordinary networks bring no warning: %s', async (_, nodes, constants) => {
  expect(await warnings(nodes, constants)).toEqual([])
})
