import type { Node } from '../graph/types.ts'

/** How many neighbours of layers were looked at: operands, users, and what stands between. */
export interface Tally {
  neighbours: number
}

/** Which nodes read which values, by place: kept up to date, so that a value that thousands read is asked for one of them at the cost of one. */
export interface Readers {
  /** Takes up the nodes of a place. @returns the values that they read more or less often than those before */
  set(place: number, nodes: readonly Node[]): readonly string[]
  /** The places whose nodes read a value, in order. */
  placesOf(name: string): readonly number[]
  /** The nodes of a place that read a value, each once, in order. */
  nodesAt(name: string, place: number): readonly Node[]
}

/** The nodes of one place by what they read; a node that reads a value twice stands there twice. */
type Reading = ReadonlyMap<string, readonly Node[]>

const nothing: Reading = new Map()
const nobody: readonly never[] = []

/** No readers yet. */
export function createReaders(tally: Tally): Readers {
  const readings: Reading[] = []
  const places = new Map<string, number[]>()
  return {
    set(place, nodes) {
      const [before, now] = [readings[place] ?? nothing, readingOf(nodes)]
      tally.neighbours += before.size + now.size
      readings[place] = now
      const changed: string[] = []
      for (const [name, list] of now) {
        const known = before.get(name)
        if (known?.length !== list.length) changed.push(name)
        if (known === undefined) insert(name, place)
      }
      for (const name of before.keys()) {
        if (now.has(name)) continue
        changed.push(name)
        const list = places.get(name)!
        list.splice(firstFrom(list, place), 1)
      }
      return changed
    },
    placesOf: (name) => places.get(name) ?? nobody,
    nodesAt(name, place) {
      const nodes = readings[place]?.get(name) ?? nobody
      return nodes.length < 2 ? nodes : [...new Set(nodes)]
    },
  }

  function insert(name: string, place: number): void {
    const list = places.get(name)
    if (list === undefined) places.set(name, [place])
    else if (list.at(-1)! < place) list.push(place)
    else list.splice(firstFrom(list, place), 0, place)
  }
}

function readingOf(nodes: readonly Node[]): Reading {
  const reading = new Map<string, Node[]>()
  for (const node of nodes) {
    for (const name of node.inputs) {
      if (name === undefined) continue
      const list = reading.get(name)
      if (list === undefined) reading.set(name, [node])
      else list.push(node)
    }
  }
  return reading
}

/** The first index of a rising list whose number is not below `least`. */
function firstFrom(list: readonly number[], least: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}
