import type { Backend } from '../contracts/backend.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Graph, Node } from '../graph/types.ts'
import { createResolver } from '../resolve/resolver.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { anonymousForm } from './anonymous-form.ts'
import { networkOf } from './backend-resolver-case.ts'
import { dice } from './dice.ts'
import { check } from './runner.ts'

/** What names of lowered graphs end in and are joined by. */
const parts = ['a', '1', '2', '_f32', '_i8', '_weight', '_bias', '_table', '_to_', '_0']

/** The graph under names that names of lowered graphs can be mistaken for; its inputs keep theirs. */
export function confusinglyNamed(graph: Graph, roll: () => number): { readonly graph: Graph; readonly names: ReadonlyMap<string, string> } {
  const names = new Map(graph.inputs.map(({ name }) => [name, name]))
  const taken = new Set(names.values())
  for (const name of graph.values.keys()) {
    if (names.has(name)) continue
    let made = ''
    while (made === '' || taken.has(made)) made += parts[Math.floor(roll() * parts.length)]!
    taken.add(made)
    names.set(name, made)
  }
  const nameOf = (name: string): string => names.get(name)!
  const renamed = (node: Node): Node => ({
    ...node,
    inputs: node.inputs.map((name) => (name === undefined ? undefined : nameOf(name))),
    outputs: node.outputs.map(nameOf),
  })
  const values = new Map(Array.from(graph.values, ([name, value]) => [nameOf(name), { ...value, name: nameOf(name) }]))
  return { graph: { ...graph, values, nodes: graph.nodes.map(renamed), outputs: graph.outputs.map(nameOf) }, names }
}

/**
 * Fails when a network whose layers and constants are called as a lowering could call what it makes (`1` beside `11`, `a` beside `a_weight`) does not
 * come out as the same network under plain names.
 *
 * @param mode of the whole graph
 * @param seed of names and modes, which are random
 */
export function checkNames(create: () => Backend, mode: QuantMode, seed: number): void {
  const backend = create()
  const roll = dice(seed)
  const plain = networkOf(backend, mode)
  const { graph, names } = confusinglyNamed(plain, roll)
  const plan = new Map<string, QuantMode>()
  for (const { op, outputs } of plain.nodes) {
    const modes = Object.keys(backend.target.ops[op as OpForm] ?? {})
    if (modes.length > 0 && roll() < 0.4) plan.set(outputs[0]!, modes[Math.floor(roll() * modes.length)]!)
  }
  const renamed = <T>(rows: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map(Array.from(rows, ([name, row]) => [names.get(name)!, row]))
  const table = new Map(Array.from(plain.values.keys(), (name) => [name, { threshold: 4, min: -3.5, max: 4 }]))
  const wanted = anonymousForm(createResolver(plain, table, backend, { mode }).resolve(plan).graph)
  const resolved = createResolver(graph, renamed(table), backend, { mode }).resolve(renamed(plan)).graph
  const found = anonymousForm(resolved)
  const at = wanted.findIndex((line, i) => line !== found[i])
  const layer = resolved.nodes[at]?.outputs[0] ?? 'the list of outputs'
  check(at < 0 && wanted.length === found.length, `under other names of layers and constants ${layer} is computed otherwise`)
}
