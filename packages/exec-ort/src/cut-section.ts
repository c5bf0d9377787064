import type { Node, Section } from '@q/ir'
import type { SectionPlan } from '@q/ir/section'
import type { OnnxTranslator, PartOptions, TranslatedPart } from './onnx-translator.ts'

/** A run of nodes that another executor has to take, as a section of the graph. */
export interface RefusedPart {
  readonly nodes: readonly Node[]
  readonly section: Section
}

/** Cuts the nodes of a section into runs that one model holds and runs that cannot be written for ONNX Runtime. */
export function cutSection(plan: SectionPlan, onnx: OnnxTranslator, options: PartOptions): readonly (TranslatedPart | RefusedPart)[] {
  const { graph, nodes } = plan
  const lastUse = lastUses(plan)
  const parts: (TranslatedPart | RefusedPart)[] = []
  let draft = onnx.draftPart(graph, options)
  let first = 0
  let isRefusing = false
  const close = (end: number): void => {
    const run = nodes.slice(first, end)
    first = end
    if (run.length === 0) return
    const fetches = run.flatMap(({ outputs }) => outputs.filter((name) => (lastUse.get(name) ?? -1) >= end))
    parts.push(isRefusing ? { nodes: run, section: { feeds: feedsOf(plan, run), fetches } } : draft.finish(fetches))
  }
  nodes.forEach((node, i) => {
    if (!isRefusing) {
      if (draft.add(node)) return
      close(i)
      isRefusing = true
      return
    }
    const next = onnx.draftPart(graph, options)
    if (!next.add(node)) return
    close(i)
    isRefusing = false
    draft = next
  })
  close(nodes.length)
  return parts
}

/** The place, among the nodes, of the last use of each value; the number of nodes when it is fetched. */
function lastUses({ nodes, fetches }: SectionPlan): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  nodes.forEach((node, i) => {
    for (const name of node.inputs) if (name !== undefined) last.set(name, i)
  })
  for (const name of fetches) last.set(name, nodes.length)
  return last
}

/** What a run of nodes takes from outside, constants excepted. */
function feedsOf({ graph }: SectionPlan, run: readonly Node[]): readonly string[] {
  const made = new Set(run.flatMap(({ outputs }) => outputs))
  const feeds = new Set<string>()
  for (const { inputs } of run) {
    for (const name of inputs) {
      if (name !== undefined && !made.has(name) && graph.values.get(name)?.constant === undefined) feeds.add(name)
    }
  }
  return [...feeds]
}
