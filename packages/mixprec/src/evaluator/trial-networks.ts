import { createResolver, type Graph, layerOf, QError, type Resolver, type Trial, valueOf } from '@q/ir'
import type { ComparedValue } from '../comparison/comparison.ts'
import { assignSegments, type SegmentLengths } from '../segments/assign-segments.ts'
import { isRounded } from '../segments/is-rounded.ts'
import { nodesBySegment } from '../segments/nodes-by-segment.ts'
import { createSectionDefinitions } from '../segments/section-definition.ts'
import { segmentNetwork } from '../segments/segmented-network.ts'
import type { Precision } from '../workers/protocol.ts'
import type { EvaluatorOptions } from './evaluator.ts'
import type { RunnableNetwork } from './job.ts'

/** Where graphs are cut whose results do not depend on it: where little is passed on, a segment for each layer. */
const roundedLengths: SegmentLengths = { reach: 3, few: 2 ** 17 }

/** Segments that are run as one where nobody asks for what they pass on. */
const stretchLength = 6

/** Makes networks of trials and of the reference, all cut at the same layers. */
export interface TrialNetworks {
  /** @throws QError those of `Resolver.resolve`, `LAYER_MERGED` */
  trial(trial: Trial, precision: Precision, layers: readonly string[]): RunnableNetwork
  reference(layers: readonly string[]): RunnableNetwork
  readonly resolver: Resolver
}

/** @throws QError those of `createResolver` */
export function createTrialNetworks(
  {
    graph,
    table,
    backend,
    settings,
    resolver = createResolver(graph, table, backend, settings),
    reference = 'graph',
    segments: lengths,
  }: EvaluatorOptions,
  compared: readonly ComparedValue[],
): TrialNetworks {
  const segmentOf = assignSegments(graph, lengths)
  const roundedSegmentOf = assignSegments(graph, { ...roundedLengths, ...lengths })
  const definitions = createSectionDefinitions()
  const floatNodes = nodesOfFloat(graph, segmentOf)
  const names = compared.map(({ name }) => name)
  const references = new Map<string, RunnableNetwork>()

  const resolved = (
    { plan, ranges }: Trial,
    precision: Precision,
    layers: readonly string[],
    role: RunnableNetwork['role'],
  ): RunnableNetwork => {
    const result = resolver.resolve(plan, ranges)
    const joins = isRounded(result.graph)
    const network = segmentNetwork({
      graph: result.graph,
      segments: nodesBySegment(result, joins ? roundedSegmentOf : segmentOf),
      stretch: joins ? stretchLength : 1,
      definitions,
      idOf: (name) => `${precision} ${result.keyOf(name)}`,
      compared: names.map((name) => comparedName(nameOfResult(name, graph, result.graph), result.graph, role)),
      layers,
    })
    return { network, precision, role }
  }
  const float = (layers: readonly string[]): RunnableNetwork => {
    const network = segmentNetwork({
      graph,
      segments: floatNodes,
      stretch: 1,
      definitions,
      idOf: (name) => `float ${name}`,
      compared: names,
      layers,
    })
    return { network, precision: 'exact', role: 'reference' }
  }

  return {
    resolver,
    trial: (trial, precision, layers) => resolved(trial, precision, layers, 'trial'),
    reference(layers) {
      const key = JSON.stringify(layers)
      const known = references.get(key)
      if (known !== undefined) return known
      const made = reference === 'graph' ? float(layers) : resolved(reference, 'exact', layers, 'reference')
      // One question after the other asks for the same layers, or for none.
      if (references.size > 8) references.clear()
      references.set(key, made)
      return made
    },
  }
}

function nodesOfFloat({ nodes }: Graph, segmentOf: ReadonlyMap<string, number>): readonly (readonly Graph['nodes'][number][])[] {
  const segments: Graph['nodes'][number][][] = []
  for (const node of nodes) (segments[segmentOf.get(layerOf(node))!] ??= []).push(node)
  return segments
}

/** What a compared value is called in a resolved graph: an output may have another name there. @throws QError `LAYER_MERGED` */
function nameOfResult(name: string, float: Graph, resolved: Graph): string {
  const place = float.outputs.indexOf(name)
  if (place >= 0) return resolved.outputs[place]!
  if (resolved.values.has(name)) return valueOf(resolved, name).name
  throw new QError('LAYER_MERGED', `a trial has no value of its own for the compared layer ${name}`, {
    at: [float.name, name],
    found: `${name}, which is computed together with another layer`,
    wanted: 'a layer that is computed by itself in every mode',
    hint: 'compare the layer behind it',
  })
}

/** What is compared of a trial for a result: the value that it only widens. These are the same numbers in a smaller type, and the cast need not run for every trial. */
function comparedName(name: string, graph: Graph, role: RunnableNetwork['role']): string {
  if (role === 'reference') return name
  const maker = producerOf(graph, name)
  const operand = maker?.op === 'Cast' ? maker.inputs[0] : undefined
  if (operand === undefined || valueOf(graph, name).type.dtype !== 'f32') return name
  const isNarrow = narrowTypes.has(valueOf(graph, operand).type.dtype)
  return isNarrow && producerOf(graph, operand)?.attrs['unrounded'] !== true ? operand : name
}

const narrowTypes: ReadonlySet<string> = new Set(['f16', 'bf16'])

function producerOf({ nodes }: Graph, name: string): Graph['nodes'][number] | undefined {
  return nodes.findLast(({ outputs }) => outputs.includes(name))
}
