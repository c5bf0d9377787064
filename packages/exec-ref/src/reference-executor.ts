import { bf16Styles, type Executor, type Graph, QError, type Section, type Session, type Tensor, type TensorType, valueOf } from '@q/ir'

import type { Kernel, Numbers, Operand } from './kernel.ts'
import { referenceKernels } from './reference-kernels.ts'
import { checkFeed, toNumbers, toTensor } from './runtime-tensor.ts'
import { planSection, type SectionPlan } from './section-plan.ts'

/** Options of {@link createReferenceExecutor}. */
export interface ReferenceExecutorOptions {
  /** Kernels of further operators, or to replace the executor's own. @default none */
  readonly kernels?: ReadonlyMap<string, Kernel>
}

/**
 * An executor that computes every node by itself in typed arrays: exact integers on every machine, float sums in double
 * rounded once. It frees a tensor after its last use and holds nothing between runs but the constants.
 */
export function createReferenceExecutor(options: ReferenceExecutorOptions = {}): Executor {
  const kernels = options.kernels === undefined ? referenceKernels : new Map([...referenceKernels, ...options.kernels])
  return {
    name: 'reference',
    exact: true,
    async load(graph: Graph, section: Section = {}): Promise<Session> {
      return openSession(graph, planSection(graph, section, kernels))
    },
  }
}

function openSession(graph: Graph, plan: SectionPlan): Session {
  const types = new Map<string, TensorType>()
  const typeOf = (name: string): TensorType => {
    const type = types.get(name) ?? valueOf(graph, name).type
    types.set(name, type)
    return type
  }
  const constants = new Map(
    plan.constants.map((name): [string, Operand] => {
      const tensor = valueOf(graph, name).constant!
      return [name, { type: { ...typeOf(name), dtype: tensor.dtype, shape: tensor.shape }, data: toNumbers(tensor) }]
    }),
  )
  let closed = false

  function compute(feeds: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
    const live = new Map<string, Operand>()
    for (const name of plan.feeds) live.set(name, { type: typeOf(name), data: fedNumbers(name, typeOf(name), feeds) })
    const foreign = new Set<Numbers>([...live.values(), ...constants.values()].map((each) => each.data))
    for (const { node, kernel, attrs, lastUses } of plan.steps) {
      const inputs = node.inputs.map((name) => (name === undefined ? undefined : (live.get(name) ?? constants.get(name))))
      const results = node.outputs.map(typeOf)
      const computed = kernel({ node, attrs, inputs, results, bf16: bf16Styles[(attrs['bf16'] ?? 'flush') as keyof typeof bf16Styles] })
      node.outputs.forEach((name, i) => {
        if (!plan.feeds.includes(name)) live.set(name, { type: results[i]!, data: computed[i]! })
      })
      for (const name of lastUses) live.delete(name)
    }
    return new Map(
      plan.fetches.map((name): [string, Tensor] => {
        const { data } = live.get(name) ?? constants.get(name)!
        const fetched = toTensor(typeOf(name), data, foreign.has(data))
        foreign.add(data)
        return [name, fetched]
      }),
    )
  }

  return {
    feeds: plan.feeds,
    fetches: plan.fetches,
    async run(feeds) {
      if (closed) throw new Error('the session was closed')
      return compute(feeds)
    },
    async close() {
      closed = true
      constants.clear()
    },
  }
}

function fedNumbers(name: string, type: TensorType, feeds: ReadonlyMap<string, Tensor>): Numbers {
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
  return toNumbers(fed)
}
