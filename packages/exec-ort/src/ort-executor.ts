import { QError, valueOf } from '@q/ir'
import type { Executor, Graph, Node, Section, Session, Tensor } from '@q/ir'
import type { KernelForms } from './kernel-forms.ts'
import { loadPart } from './ort-part.ts'
import type { OrtPart } from './ort-part.ts'
import type { EncodeModel, OrtRuntime } from './ort-runtime.ts'
import { planSection } from './plan-section.ts'
import type { PlannedSection } from './plan-section.ts'
import { probeKernels } from './probe-kernels.ts'
import { translatePart } from './translate-part.ts'
import type { TranslatedPart } from './translate-part.ts'
import type { Precision } from './translate/translator.ts'

export interface OrtExecutorOptions {
  /** ONNX Runtime: the module `onnxruntime-node` or `onnxruntime-web`. */
  readonly ort: OrtRuntime
  /** Encoder of ONNX models, as `@q/onnx` has it. */
  readonly encode: EncodeModel
  /**
   * `exact`: integers as the operators define them. `fast`: fused kernels, at most one step off.
   * @default 'exact'
   */
  readonly precision?: Precision
  /** Runs the nodes that cannot be written for ONNX Runtime. @default such a node is an error */
  readonly fallback?: Executor
  /** Threads inside one operator. @default ONNX Runtime's own choice */
  readonly threads?: number
}

/** An executor on ONNX Runtime, and what it found out about this machine. */
export interface OrtExecutor extends Executor {
  /** The storage of weights that its integer kernels use here. */
  kernels(): Promise<KernelForms>
}

/** Runs graphs, float and quantized, on ONNX Runtime: as few sessions as the graph allows. */
export function createOrtExecutor({ ort, encode, precision = 'exact', fallback, threads }: OrtExecutorOptions): OrtExecutor {
  let probed: Promise<KernelForms> | undefined
  const kernels = () => (probed ??= probeKernels(ort, encode))
  const sessionOptions = {
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  }
  return {
    name: `onnxruntime (${precision})`,
    exact: precision === 'exact',
    kernels,
    async load(graph, section) {
      const plan = planSection(graph, section)
      const parts = cut(graph, plan, precision, await kernels(), fallback !== undefined)
      const loaded: OrtPart[] = []
      for (const part of parts) {
        loaded.push('model' in part
          ? await loadPart(part, (name) => valueOf(graph, name).type, { ort, encode, sessionOptions })
          : await loadFallback(graph, part, fallback!))
      }
      return chain(plan, loaded, graph)
    },
  }
}

/** Cuts the nodes into runs that one session takes, and single nodes left to the fallback. */
function cut(graph: Graph, plan: PlannedSection, precision: Precision, kernels: KernelForms, mayFallBack: boolean): readonly (TranslatedPart | Section)[] {
  const options = { precision, kernels, bounds: new Map<string, number>() }
  const refused: Node[] = []
  const parts: (TranslatedPart | Section)[] = []
  const neededAfter = usedAfter(plan)
  let rest: readonly Node[] = plan.nodes
  let done = 0
  while (rest.length > 0) {
    let run = rest
    let stopped: Node | undefined
    for (;;) {
      const wanted = run.flatMap(({ outputs }) => outputs.filter((name) => (neededAfter.get(name) ?? -1) >= done + run.length))
      const part = translatePart(graph, run, wanted, options)
      if ('model' in part) {
        if (run.length > 0) parts.push(part)
        break
      }
      stopped = part
      run = run.slice(0, run.indexOf(part))
      if (run.length === 0) break
    }
    done += run.length
    rest = rest.slice(run.length)
    if (stopped !== undefined) {
      refused.push(stopped)
      parts.push({ feeds: [...new Set(stopped.inputs.filter((name) => name !== undefined && !isConstant(graph, name)))] as string[], fetches: stopped.outputs })
      done += 1
      rest = rest.slice(1)
    }
  }
  if (refused.length > 0 && !mayFallBack) throw unsupported(refused)
  return parts
}

/** The place, among the nodes, of the last use of each value; the number of nodes when it is fetched. */
function usedAfter({ nodes, fetches }: PlannedSection): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  nodes.forEach((node, i) => {
    for (const name of node.inputs) if (name !== undefined) last.set(name, i)
  })
  for (const name of fetches) last.set(name, nodes.length)
  return last
}

function isConstant(graph: Graph, name: string): boolean {
  return valueOf(graph, name).constant !== undefined
}

async function loadFallback(graph: Graph, section: Section, fallback: Executor): Promise<OrtPart> {
  const session = await fallback.load(graph, section)
  return { feeds: session.feeds, fetches: session.fetches, run: (values) => session.run(values), close: () => session.close() }
}

/** The parts one after the other; tensors are dropped after their last use. */
function chain(plan: PlannedSection, parts: readonly OrtPart[], graph: Graph): Session {
  const lastUse = new Map<string, number>()
  parts.forEach(({ feeds }, i) => {
    for (const name of feeds) lastUse.set(name, i)
  })
  const kept = new Set(plan.fetches)
  return {
    feeds: plan.feeds,
    fetches: plan.fetches,
    async run(feeds) {
      const values = new Map<string, Tensor>(feeds)
      for (const [i, part] of parts.entries()) {
        for (const [name, tensor] of await part.run(values)) values.set(name, tensor)
        for (const name of part.feeds) if (lastUse.get(name) === i && !kept.has(name)) values.delete(name)
      }
      return new Map(plan.fetches.map((name) => [name, values.get(name) ?? valueOf(graph, name).constant!]))
    },
    async close() {
      await Promise.all(parts.map((part) => part.close()))
    },
  }
}

function unsupported(nodes: readonly Node[]): QError {
  return new QError('OP_UNSUPPORTED', 'ONNX Runtime cannot run these nodes as they are defined', {
    at: nodes.slice(0, 10).map((node) => `${node.op} ${node.outputs[0]}`),
    found: `${nodes.length} such nodes`,
    hint: 'hand in the reference executor as `fallback`',
  })
}
