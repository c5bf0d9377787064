import { didYouMean, nearestFirst, QError } from '@q/ir'
import type proto from 'onnx-proto'
import { readBy } from './inline-if.ts'

/** The nodes that the outputs depend on, in order. */
export function neededNodes(graph: proto.onnx.IGraphProto, outputs: readonly string[], place: string): readonly proto.onnx.INodeProto[] {
  const nodes = graph.node ?? []
  const known = new Set([...(graph.input ?? []), ...(graph.initializer ?? [])].map(({ name }) => name ?? ''))
  const results = nodes.flatMap((node) => (node.output ?? []).filter((name) => name !== ''))
  for (const name of results) known.add(name)
  for (const output of outputs) {
    if (!known.has(output)) {
      throw new QError('ONNX_OUTPUT_NAME', `there is no tensor ${output}`, {
        at: [place],
        found: output,
        wanted: `the name of a tensor: ${nearestFirst(output, [...results, ...known]).join(', ')}`,
        hint: didYouMean(output, known, 'use the name of a tensor in the model'),
      })
    }
  }
  const makers = new Map(nodes.flatMap((node) => (node.output ?? []).map((output) => [output, node] as const)))
  const needed = new Set<proto.onnx.INodeProto>()
  const waiting = [...outputs]
  while (waiting.length > 0) {
    const maker = makers.get(waiting.pop()!)
    if (maker === undefined || needed.has(maker)) continue
    needed.add(maker)
    waiting.push(...readBy(maker))
  }
  return ordered(nodes.filter((node) => needed.has(node)))
}

/** Nodes such that operands come first; files in order stay as they are. */
function ordered(nodes: readonly proto.onnx.INodeProto[]): readonly proto.onnx.INodeProto[] {
  const makers = new Map(nodes.flatMap((node) => (node.output ?? []).map((output) => [output, node] as const)))
  const done = new Set<proto.onnx.INodeProto>()
  for (const root of nodes) {
    const stack = [root]
    const open = new Set<proto.onnx.INodeProto>()
    while (stack.length > 0) {
      const node = stack.at(-1)!
      const waits =
        done.has(node) || open.has(node)
          ? []
          : readBy(node).flatMap((input) => {
              const maker = makers.get(input)
              return maker === undefined || done.has(maker) || open.has(maker) ? [] : [maker]
            })
      open.add(node)
      if (waits.length > 0) stack.push(...waits)
      else {
        done.add(node)
        stack.pop()
      }
    }
  }
  return [...done]
}
