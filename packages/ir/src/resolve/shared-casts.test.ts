import { describe, expect, it } from 'vitest'
import { type CastWish, createCastUses, createSharedCasts } from './shared-casts.ts'

const wish = (rank: number, layer: string, key: string): CastWish => ({
  ...{ rank, owner: rank, layer, key, origin: [] },
  wanted: { dtype: 'f32', shape: [] },
})
const casts = () =>
  createSharedCasts(({ layer, wanted }) => ({
    node: { op: 'Cast', inputs: ['v'], outputs: [`v${layer}`], attrs: {} },
    value: { name: `v${layer}`, type: wanted },
  }))
const ignored = () => {}

describe('casts behind a value', () => {
  it('are shared by all who wish the same, named after the first, and stand before those that earlier nodes wish', () => {
    const shared = casts()
    for (const each of [wish(3, 'c', 'f16'), wish(1, 'a', 'f32'), wish(2, 'b', 'f16'), wish(-1, 'own', 'i8')]) shared.set(each.rank, [each])
    const list = shared.list(ignored)
    expect(list.map(({ value, wishes }) => [value.name, ...wishes.map(({ layer }) => layer)])).toEqual([
      ['vb', 'b', 'c'],
      ['va', 'a'],
      ['vown', 'own'],
    ])
  })

  it('two of one place stand in the order of its nodes, the later in front', () => {
    const shared = casts()
    shared.set(4, [wish(4, 'a', 'f16'), wish(4, 'b', 'i8'), wish(4, 'c', 'f16')])
    expect(shared.list(ignored).map(({ value }) => value.name)).toEqual(['vb', 'va'])
  })

  it('tell who is met by another cast, and nobody else', () => {
    const shared = casts()
    const met: string[] = []
    const meet = ({ layer }: CastWish, cast: string) => void met.push(`${layer}:${cast}`)
    for (const each of [wish(2, 'b', 'f16'), wish(3, 'c', 'f16')]) shared.set(each.rank, [each])
    shared.list(meet)
    shared.set(4, [wish(4, 'd', 'f16')])
    shared.list(meet)
    shared.set(1, [wish(1, 'a', 'f16')])
    shared.list(meet)
    expect(met).toEqual(['b:vb', 'c:vb', 'd:vb', 'a:va', 'b:va', 'c:va', 'd:va'])
  })

  it('go with the last who wishes them', () => {
    const shared = casts()
    expect(shared.set(1, [])).toBe(false)
    expect(shared.set(1, [wish(1, 'a', 'f16')])).toBe(true)
    expect(shared.set(1, [])).toBe(true)
    expect(shared.set(1, [])).toBe(false)
    expect([shared.list(ignored), [...shared.wishes()], shared.of(1)]).toEqual([[], [], []])
  })
})

it('the places of layers that use another cast, one more or one less are told', () => {
  const changed: number[] = []
  const uses = createCastUses((owner) => changed.push(owner))
  uses.set(1, 'a', 'x', 'x_si8')
  uses.set(1, 'a', 'x', 'x_si8')
  uses.set(2, 'b', 'x', undefined)
  uses.set(2, 'b', 'x', 'x_f16')
  uses.set(1, 'a', 'x', undefined)
  expect(changed).toEqual([1, 2, 1])
  expect([uses.version(1), uses.version(2), uses.version(3)]).toEqual([2, 1, 0])
  expect([uses.of('a', 'x'), uses.of('b', 'x')]).toEqual([undefined, 'x_f16'])
})
