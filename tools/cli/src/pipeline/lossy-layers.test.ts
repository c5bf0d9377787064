import { bm1684x } from '@q/backend-bm1684x'
import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import type { LayerError } from './layer-errors.ts'
import { lossyLayers, tableOption } from './lossy-layers.ts'

const layer = (name: string, own: number | undefined, mode = 'INT8'): LayerError => ({
  layer: name,
  op: 'Relu',
  mode,
  ...(own === undefined ? {} : { own }),
  accumulated: 0,
  notFinite: 0,
  ownNotFinite: 0,
  largest: 1,
})
const { target } = bm1684x()
const setsOf = (text: string, ...errors: readonly LayerError[]) => lossyLayers(parseGraph(text), errors, target)

it('layers on codes that lose nearly all by themselves with what they read on codes, then with what reads them', () => {
  const text = 'x: f32[2]; a = Relu(x); b = Relu(a); c = Add(a, b); d = Relu(c); e = Relu(d)'
  const errors = [layer('a', 30), layer('b', 30, 'F16'), layer('c', 4), layer('d', 40), layer('e', 3, 'F16')]
  expect(setsOf(text, ...errors)).toEqual([
    ['a', 'c'],
    ['a', 'c', 'd'],
  ])
  expect(setsOf('x: f32[2]; a = Relu(x); b = Relu(a)', layer('a', 30), layer('b', 4))).toEqual([['a', 'b']])
})

it('nothing where none does, or where many do', () => {
  expect(setsOf('x: f32[2]; a = Relu(x)', layer('a', 12))).toEqual([])
  expect(setsOf('x: f32[2]; a = Relu(x)', layer('a', undefined))).toEqual([])
  const names = Array.from({ length: 9 }, (_, i) => `l${i}`)
  const text = `x: f32[2]; ${names.map((name, i) => `${name} = Relu(${i === 0 ? 'x' : names[i - 1]})`).join('; ')}`
  expect(setsOf(text, ...names.map((name) => layer(name, 3)))).toEqual([])
})

it('a table as the option takes it', () => {
  expect(tableOption(['/a/b', 'c'], 'F16')).toBe('/a/b:F16,c:F16')
  expect(tableOption(['a$(b)'], 'F16')).toBe("'a$(b):F16'")
  expect(tableOption(['a:b'], 'F16')).toBeUndefined()
})
