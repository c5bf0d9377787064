import { expect, it } from 'vitest'
import { dice } from '../conformance/dice.ts'
import { node } from '../conformance/small-graph.ts'
import type { Node } from '../graph/types.ts'
import { createReaders } from './readers.ts'

it('whatever the places read one after the other, the index is that of what they read last', () => {
  const roll = dice(3)
  const tally = { neighbours: 0 }
  const readers = createReaders(tally)
  const now = new Map<number, readonly Node[]>()
  const names = ['a', 'b', 'c', 'd']
  for (let turn = 0; turn < 200; turn++) {
    const place = Math.floor(roll() * 9)
    const nodes = Array.from({ length: Math.floor(roll() * 3) }, (_, i) =>
      node(
        'Add',
        names.filter(() => roll() < 0.4).flatMap((name) => (roll() < 0.3 ? [name, name] : [name])),
        [`${turn}.${i}`],
      ),
    )
    const uses = (list: readonly Node[], name: string) => list.flatMap(({ inputs }) => inputs).filter((each) => each === name).length
    const before = now.get(place) ?? []
    const changed = names.filter((name) => uses(before, name) !== uses(nodes, name))
    expect([...readers.set(place, nodes)].sort()).toEqual(changed)
    now.set(place, nodes)
    for (const name of names) {
      const wanted = [...now].filter(([, list]) => uses(list, name) > 0).map(([each]) => each)
      expect(readers.placesOf(name)).toEqual(wanted.sort((a, b) => a - b))
      expect(readers.nodesAt(name, place)).toEqual(nodes.filter(({ inputs }) => inputs.includes(name)))
    }
  }
  expect(tally.neighbours).toBeGreaterThan(0)
})
