import { didYouMean, elementCount, type Node, QError, valueOf } from '@q/ir'
import { inferNode } from '@q/ir/graph'
import type { SectionPlan, SectionStructure } from '@q/ir/section'

import type { Kernel } from './kernel.ts'

/** One node of a program: its kernel, and its operands and results by their places in the section's structure. */
export interface ProgramStep {
  readonly kernel: Kernel
  readonly inputs: readonly (number | undefined)[]
  readonly outputs: readonly (number | undefined)[]
  /** Places that nobody needs once this step is done. */
  readonly freed: readonly number[]
}

/** What all sections of one structure share. */
export interface Program {
  readonly steps: readonly ProgramStep[]
}

/**
 * Makes the program of a section, having checked that its nodes fit their operators.
 *
 * @throws QError `OP_UNSUPPORTED` listing every node without a kernel, `OPERAND_MISSING`, `SHAPE_*` when operands or declared results
 *   do not fit
 */
export function programOf(plan: SectionPlan, structure: SectionStructure, kernels: ReadonlyMap<string, Kernel>): Program {
  for (const node of plan.nodes) checkShapes(plan, node)
  const places = new Map(structure.names.map((name, place) => [name, place]))
  return {
    steps: structure.steps.map(({ node, inputs, outputs }, i) => ({
      kernel: kernels.get(node.op)!,
      inputs,
      outputs,
      freed: plan.lastUses[i]!.flatMap((name) => places.get(name) ?? []),
    })),
  }
}

/** @throws QError `OP_UNSUPPORTED` listing every node without a kernel */
export function refuseUnsupported({ graph, nodes }: SectionPlan, kernels: ReadonlyMap<string, Kernel>): void {
  const missing = nodes.filter((node) => !kernels.has(node.op))
  if (missing.length === 0) return
  throw new QError('OP_UNSUPPORTED', `the executor reference cannot run ${missing.length === 1 ? 'a node' : `${missing.length} nodes`}`, {
    at: [graph.name, ...missing.map((node) => node.outputs[0] ?? node.op)],
    found: [...new Set(missing.map((node) => node.op))].join(', '),
    wanted: 'operators the executor has kernels for',
    hint: didYouMean(missing[0]!.op, kernels.keys(), 'hand in a kernel for it when the executor is made'),
  })
}

/** Whether operands and declared results fit the operator. One that the graph does not define is left to its kernel. */
function checkShapes({ graph }: SectionPlan, node: Node): void {
  if (!graph.ops.has(node.op)) return
  inferNode(node, graph.ops, (name) => valueOf(graph, name).type).forEach(({ shape }, i) => {
    const name = node.outputs[i]!
    const declared = valueOf(graph, name).type.shape
    if (elementCount(declared) === elementCount(shape)) return
    throw new QError('SHAPE_DECLARED', `${node.op} does not give a result of the declared shape`, {
      at: [graph.name, name],
      found: `[${declared.join(', ')}]`,
      wanted: `[${shape.join(', ')}]`,
      hint: 'infer the types of the graph anew',
    })
  })
}
