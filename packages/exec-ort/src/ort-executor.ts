import type { Executor, Graph, Session, Tensor } from '@q/ir'
import { QError, valueOf } from '@q/ir'
import type { SectionPlan, SessionCache } from '@q/ir/section'
import { planSection } from '@q/ir/section'
import { cutSection } from './cut-section.ts'
import { faithfulGraphs } from './faithful-graphs.ts'
import type { KernelForms } from './kernel-forms.ts'
import { portableForms } from './kernel-forms.ts'
import { loadParts } from './load-parts.ts'
import type { OnnxTranslator, Precision } from './onnx-translator.ts'
import type { OrtPart } from './ort-part.ts'
import type { OrtRuntime } from './ort-runtime.ts'
import { fusesInFloat32 } from './probe-fusion.ts'
import { probeKernels } from './probe-kernels.ts'

/** Options of {@link createOrtExecutor}. */
export interface OrtExecutorOptions {
  /** ONNX Runtime: the module `onnxruntime-node` or `onnxruntime-web`. */
  readonly ort: OrtRuntime
  /** Writes nodes as ONNX models: `onnxTranslator` of `@q/onnx`. */
  readonly onnx: OnnxTranslator
  /**
   * `exact`: integers as the operators define them. `fast`: fused kernels, at most one step off.
   * @default 'exact'
   */
  readonly precision?: Precision
  /** Runs the nodes that cannot be written for ONNX Runtime, or that it does not take. @default such a node is an error */
  readonly fallback?: Executor
  /** Threads inside one operator. @default ONNX Runtime's own choice */
  readonly threads?: number
  /** Storage of weights, to run as another machine would. @default what {@link OrtExecutor.kernels} finds fastest here */
  readonly kernels?: KernelForms
  /**
   * Where ONNX Runtime's sessions are kept, by the structure of their models; other executors may keep theirs in it too.
   * @default a session is made for every section and freed when that is closed
   */
  readonly cache?: SessionCache
  /**
   * `fed`: multipliers, offsets, zero points and lookup tables of integer operators are inputs of the models, so that sections that
   * differ in nothing else share one; exactness is proven for the numbers of each section. `baked`: they are part of the models.
   * @default 'baked'
   */
  readonly parameters?: 'baked' | 'fed'
  /**
   * A session whose activations take up to so many bytes at once keeps their memory for its next run; others give it back, since it adds up where many sessions are open.
   * @default all keep it
   */
  readonly keptBytes?: number
}

/** An executor on ONNX Runtime, and what it found out about this machine. */
export interface OrtExecutor extends Executor {
  /** The storage of weights that its integer kernels use here. */
  kernels(): Promise<KernelForms>
}

/**
 * Runs graphs, float and quantized, on ONNX Runtime: as few sessions as the graph allows.
 *
 * Floats are computed as ONNX Runtime does it, in an order of its own: they may differ from other executors in the last place.
 */
export function createOrtExecutor({
  ort,
  onnx,
  precision = 'exact',
  fallback,
  threads,
  kernels: forms,
  cache,
  parameters = 'baked',
  keptBytes = Number.POSITIVE_INFINITY,
}: OrtExecutorOptions): OrtExecutor {
  const kernels = async () => forms ?? probeKernels(ort, onnx)
  // Who runs as another machine would is not told what this one does. Which channels are proven depends on their numbers: sections whose numbers are fed would share less.
  const isExact = precision === 'exact' && forms === undefined && parameters === 'baked'
  const integerKernels = async () => ({ kernels: await kernels(), fusesInFloat32: isExact && (await fusesInFloat32(ort, onnx)) })
  const sessionOptions = {
    ...faithfulGraphs,
    logSeverityLevel: 4,
    // Threads that spin between operators starve each other as soon as several sessions are open, which is the rule here.
    extra: { ...faithfulGraphs.extra, session: { ...faithfulGraphs.extra.session, intra_op: { allow_spinning: '0' } } },
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  }
  return {
    name: `onnxruntime (${precision})`,
    exact: precision === 'exact',
    ...(cache === undefined ? {} : { cache }),
    kernels,
    async load(whole, section) {
      const graph = withoutConstants(whole, section?.feeds ?? [])
      const plan = planSection(graph, section)
      const hasIntegers = plan.nodes.some(({ op }) => op.startsWith('Q'))
      const options = hasIntegers ? { precision, ...(await integerKernels()) } : { precision, kernels: portableForms }
      const parts = cutSection(plan, onnx, options)
      const loaded = await loadParts(graph, parts, { ort, onnx, sessionOptions, keptBytes, cache, parameters, options, fallback })
      return chain(plan, loaded, graph)
    },
  }
}

/** A constant that is fed is none. */
function withoutConstants(graph: Graph, feeds: readonly string[]): Graph {
  const fed = feeds.filter((name) => graph.values.get(name)?.constant !== undefined)
  if (fed.length === 0) return graph
  const values = new Map(graph.values)
  for (const name of fed) values.set(name, { name, type: graph.values.get(name)!.type })
  return { ...graph, values }
}

/** The parts one after the other; tensors are dropped after their last use. */
function chain(plan: SectionPlan, parts: readonly OrtPart[], graph: Graph): Session {
  const lastUse = new Map<string, number>()
  parts.forEach(({ feeds }, i) => {
    for (const name of feeds) lastUse.set(name, i)
  })
  const kept = new Set(plan.fetches)
  let closed = false
  return {
    feeds: plan.feeds,
    fetches: plan.fetches,
    async run(feeds) {
      if (closed) throw new Error('the session was closed')
      const values = new Map<string, Tensor>()
      for (const name of plan.feeds) {
        const fed = feeds.get(name)
        if (fed === undefined) {
          throw new QError('FEED_MISSING', `no tensor was fed as ${name}`, {
            at: [name],
            found: [...feeds.keys()].join(', ') || 'no feeds',
            wanted: plan.feeds.join(', '),
            hint: `feed ${name}`,
          })
        }
        values.set(name, fed)
      }
      for (const [i, part] of parts.entries()) {
        for (const [name, tensor] of await part.run(values)) values.set(name, tensor)
        for (const name of part.feeds) if (lastUse.get(name) === i && !kept.has(name)) values.delete(name)
      }
      return new Map(
        plan.fetches.map((name) => {
          const found = values.get(name) ?? valueOf(graph, name).constant!
          // A fetched tensor belongs to the caller, also where it is a feed or a constant.
          const isOwn = found !== feeds.get(name) && values.has(name)
          return [name, isOwn ? found : { ...found, data: found.data.slice() }]
        }),
      )
    },
    async close() {
      if (closed) return
      closed = true
      await Promise.all(parts.map((part) => part.close()))
    },
  }
}
