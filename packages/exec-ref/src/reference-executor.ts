import { type Executor, type Graph, QError, type Section, type Session, type Tensor, type TensorType, valueOf } from '@q/ir'
import { bf16Styles } from '@q/ir/number'
import { createSessionCache, planSection, type SectionStructure, type SessionCache, type SessionLease, structureOf } from '@q/ir/section'

import type { Kernel, Numbers, Operand } from './kernel.ts'
import { type Program, programOf, refuseUnsupported } from './program.ts'
import { referenceKernels } from './reference-kernels.ts'
import { checkFeed, toOperand, toTensor } from './runtime-tensor.ts'

/** Options of {@link createReferenceExecutor}. */
export interface ReferenceExecutorOptions {
  /** Kernels of further operators, or to replace the executor's own. @default none */
  readonly kernels?: ReadonlyMap<string, Kernel>
  /** Where programs are kept; other executors may keep theirs in it too. @default one of its own, 16 MB */
  readonly cache?: SessionCache
}

/** A step of a program as JavaScript objects, roughly. */
const stepBytes = 1024

/** Tells apart, in a cache, the executors that have kernels of their own. */
const kernelSets = new WeakMap<ReadonlyMap<string, Kernel>, number>([[referenceKernels, 0]])
let kernelSetCount = 1

/**
 * An executor that computes every node by itself in typed arrays: exact integers on every machine, float sums in double
 * rounded once. It frees a tensor after its last use and holds nothing between runs but the constants.
 *
 * Sections of equal structure share one program.
 */
export function createReferenceExecutor(options: ReferenceExecutorOptions = {}): Executor {
  const kernels = options.kernels === undefined ? referenceKernels : new Map([...referenceKernels, ...options.kernels])
  const cache = options.cache ?? createSessionCache({ budgetBytes: 16e6 })
  const kernelSet = options.kernels ?? referenceKernels
  if (!kernelSets.has(kernelSet)) kernelSets.set(kernelSet, kernelSetCount++)
  const keyOf = (structure: SectionStructure): string => `reference ${kernelSets.get(kernelSet)} ${structure.hash}`
  return {
    name: 'reference',
    exact: true,
    cache,
    async load(graph: Graph, section: Section = {}): Promise<Session> {
      const plan = planSection(graph, section)
      refuseUnsupported(plan, kernels)
      const structure = structureOf(plan)
      const program = await cache.acquire(keyOf(structure), async () => {
        const value = programOf(plan, structure, kernels)
        return { value, sizeBytes: value.steps.length * stepBytes }
      })
      return openSession(graph, plan.feeds, plan.fetches, structure, program)
    },
  }
}

/** A section's own types, attributes and constants, bound to the program of its structure. */
function openSession(
  graph: Graph,
  feeds: readonly string[],
  fetches: readonly string[],
  structure: SectionStructure,
  program: SessionLease<Program>,
): Session {
  const types = structure.names.map((name): TensorType => valueOf(graph, name).type)
  const constants = new Map(
    structure.constants.map((place): [number, Operand] => {
      const tensor = valueOf(graph, structure.names[place]!).constant!
      return [place, toOperand({ ...types[place]!, dtype: tensor.dtype, shape: tensor.shape }, tensor)]
    }),
  )
  let closed = false

  function compute(fed: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
    const live = new Map<number, Operand>(constants)
    const given = new Map(feeds.map((name) => [name, fedOperand(name, valueOf(graph, name).type, fed)]))
    for (const place of structure.feeds) live.set(place, { ...given.get(structure.names[place]!)!, type: types[place]! })
    const foreign = new Set<Numbers>([...live.values()].map(({ data }) => data))
    program.value.steps.forEach(({ kernel, inputs, outputs, freed }, i) => {
      const { node, attrs } = structure.steps[i]!
      const computed = kernel({
        node,
        attrs,
        inputs: inputs.map((place) => (place === undefined ? undefined : live.get(place))),
        results: outputs.map((place, o) => (place === undefined ? valueOf(graph, node.outputs[o]!).type : types[place]!)),
        bf16: bf16Styles[(attrs['bf16'] ?? 'flush') as keyof typeof bf16Styles],
      })
      outputs.forEach((place, o) => {
        if (place !== undefined) live.set(place, { type: types[place]!, data: computed[o]! })
      })
      for (const place of freed) live.delete(place)
    })
    return new Map(
      structure.fetches.map((place, i): [string, Tensor] => {
        const { data } = live.get(place)!
        const fetched = toTensor(types[place]!, data, foreign.has(data))
        foreign.add(data)
        return [fetches[i]!, fetched]
      }),
    )
  }

  return {
    feeds,
    fetches,
    async run(fed) {
      if (closed) throw new Error('the session was closed')
      return compute(fed)
    },
    async close() {
      closed = true
      constants.clear()
      await program.release()
    },
  }
}

function fedOperand(name: string, type: TensorType, feeds: ReadonlyMap<string, Tensor>): Operand {
  const fed = feeds.get(name)
  if (fed === undefined) {
    throw new QError('FEED_MISSING', `no tensor was fed as ${name}`, {
      at: [name],
      found: [...feeds.keys()].join(', ') || 'no feeds',
      wanted: `${type.dtype} [${type.shape.join(', ')}]`,
      hint: `feed ${name}`,
    })
  }
  checkFeed(name, type, fed)
  return toOperand(type, fed)
}
