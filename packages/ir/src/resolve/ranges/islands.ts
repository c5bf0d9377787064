import type { RangeStep } from '../../contracts/target.ts'
import type { Node } from '../../graph/types.ts'
import type { Frame } from '../frame.ts'
import { carriesRanges } from './range-draft.ts'

/** Values whose ranges can depend on each other, and the nodes whose rules connect them, in graph order. */
export interface RangeIsland {
  readonly values: readonly string[]
  readonly layers: readonly string[]
}

/** The islands of a graph: what a range rule reads or writes never lies in two of them. */
export function rangeIslands({ graph, edges, places }: Frame, steps: readonly RangeStep[]): readonly RangeIsland[] {
  const ruled = new Set<string>(steps.flatMap((step) => step.flatMap(({ ops }) => ops)))
  const parents = new Map<string, string>()
  const rootOf = (name: string): string => {
    let root = name
    while (parents.get(root) !== root) root = parents.get(root)!
    let at = name
    while (at !== root) {
      const next = parents.get(at)!
      parents.set(at, root)
      at = next
    }
    return root
  }
  const add = (name: string): string => {
    if (!parents.has(name)) parents.set(name, name)
    return rootOf(name)
  }
  const join = (a: string, b: string): void => void parents.set(add(a), add(b))
  const around = ({ inputs, outputs }: Node): readonly string[] =>
    [...inputs, ...outputs].filter((name): name is string => name !== undefined && graph.values.get(name)?.constant === undefined)

  const nodes = places.flatMap(({ node, form }) => (node !== undefined && ruled.has(form!) ? [node] : []))
  for (const node of nodes) {
    const names = around(node)
    for (const name of names) {
      join(names[0]!, name)
      const beside = [edges.producer.get(name), ...(edges.consumers.get(name) ?? [])]
      for (const other of beside) {
        if (other === undefined || other === node || !carriesRanges.includes(other.op)) continue
        for (const each of around(other)) join(name, each)
      }
    }
  }
  const islands = new Map<string, { values: string[]; layers: string[] }>()
  const islandOf = (name: string): { values: string[]; layers: string[] } => {
    const root = rootOf(name)
    let island = islands.get(root)
    if (island === undefined) islands.set(root, (island = { values: [], layers: [] }))
    return island
  }
  for (const name of parents.keys()) islandOf(name).values.push(name)
  for (const node of nodes) {
    const [first] = around(node)
    if (first !== undefined) islandOf(first).layers.push(node.outputs[0]!)
  }
  return [...islands.values()]
}
