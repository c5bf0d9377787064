import type { Graph, Node, Section } from '@q/ir'
import { valueOf } from '@q/ir'
import type { SectionPlan } from '@q/ir/section'
import { planSection } from '@q/ir/section'
import type { OnnxTranslator, PartOptions, TranslatedPart } from './onnx-translator.ts'

/** A run of nodes of a section, and the section of the graph that they are by themselves. */
export interface CutPart {
  readonly nodes: readonly Node[]
  readonly section: Required<Section>
  /** The run as one model; absent when it cannot be written for ONNX Runtime, so that another executor has to take it. */
  readonly translated?: TranslatedPart
}

/**
 * Cuts the nodes of a section into runs that one model holds and runs that cannot be written for ONNX Runtime. Those are nodes without
 * a translation, and nodes that take numbers which their type does not hold from one of these.
 */
export function cutSection(plan: SectionPlan, onnx: OnnxTranslator, options: PartOptions): readonly CutPart[] {
  const { graph, nodes } = plan
  const typeOf = (name: string) => valueOf(graph, name).type
  const loose = new Set<string>()
  const isLoose = ({ inputs }: Node): boolean => loose.size > 0 && inputs.some((name) => name !== undefined && loose.has(name))
  const parts: CutPart[] = []
  let draft = onnx.draftPart(graph, options)
  let first = 0
  let isRefusing = false
  const close = (end: number): void => {
    const run = nodes.slice(first, end)
    first = end
    if (run.length === 0) return
    const section = sectionOf(plan, run, end)
    parts.push({ nodes: run, section, ...(isRefusing ? {} : { translated: draft.finish(section.fetches) }) })
  }
  nodes.forEach((node, i) => {
    const next = isRefusing ? onnx.draftPart(graph, options) : draft
    const isWritten = !isLoose(node) && next.add(node)
    if (onnx.handsOnLooseCodes(node, typeOf, loose)) for (const name of node.outputs) loose.add(name)
    if (isWritten === !isRefusing) return
    close(i)
    isRefusing = !isWritten
    draft = next
  })
  close(nodes.length)
  return parts
}

/** A part in two of half as many nodes, each with a model of its own. */
export function cutInHalves({ nodes, section }: CutPart, graph: Graph, onnx: OnnxTranslator, options: PartOptions): readonly CutPart[] {
  const plan = planSection(graph, section)
  const middle = Math.ceil(nodes.length / 2)
  return [
    { from: 0, to: middle },
    { from: middle, to: nodes.length },
  ].flatMap(({ from, to }) => {
    const half = sectionOf(plan, plan.nodes.slice(from, to), to)
    return cutSection(planSection(graph, half), onnx, options)
  })
}

/** What a run of nodes that ends before `end` takes from outside, constants excepted, and what is wanted of it behind. */
function sectionOf({ graph, nodes, fetches, anyOrder }: SectionPlan, run: readonly Node[], end: number): Required<Section> {
  const made = new Set(run.flatMap(({ outputs }) => outputs))
  const feeds = new Set<string>()
  for (const { inputs } of run) {
    for (const name of inputs) {
      if (name !== undefined && !made.has(name) && graph.values.get(name)?.constant === undefined) feeds.add(name)
    }
  }
  const needed = new Set(nodes.slice(end).flatMap(({ inputs }) => inputs))
  const wanted = new Set<string | undefined>([...fetches, ...needed])
  return {
    feeds: [...feeds],
    fetches: [...made].filter((name) => wanted.has(name)),
    anyOrder: anyOrder.filter((name) => made.has(name) && !needed.has(name)),
  }
}
