import { parseGraph, resolve } from '@q/ir'
import { expect, it } from 'vitest'
import { bm1684x } from '../bm1684x.ts'

/** The element type of the product of a small attention whose Add is in half floats. */
function typeOfProduct(text: string, product: string): string {
  const graph = parseGraph(text)
  const range = { threshold: 1, min: -1, max: 1 }
  const table = new Map([...graph.values.keys()].map((name) => [name, range] as const))
  const resolved = resolve(graph, table, new Map([['a', 'F16']]), bm1684x(), { mode: 'INT8' }).graph
  return resolved.values.get(product)!.type.dtype
}
const start = 'q: f32[1,2,3,4]\nk: f32[1,2,3,4]\n'
const [flat, square] = ['{shape = [2, 3, 4]}', '{shape = [1, 2, 3, 3]}']

it('a product keeps 16 bits for an Add in floats, where the network has no Reshape between them', () => {
  expect(typeOfProduct(`${start}m: f32[1,2,3,3]\ns = MatMul(q, k) {transB = true}\na = Add(s, m)`, 's')).toBe('i16')
  const behind = `q3 = Reshape(q) ${flat}\nk3 = Reshape(k) ${flat}\ns = MatMul(q3, k3) {transB = true}\nr = Reshape(s) ${square}`
  expect(typeOfProduct(`${start}m: f32[1,2,3,3]\n${behind}\na = Add(r, m)`, 's_Reshape')).toBe('i8')
})
