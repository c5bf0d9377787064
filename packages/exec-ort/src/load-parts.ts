import type { Executor, Graph, Session } from '@q/ir'
import { isQError, layerOf, QError, valueOf } from '@q/ir'
import type { CutPart } from './cut-section.ts'
import { cutInHalves } from './cut-section.ts'
import type { PartOptions } from './onnx-translator.ts'
import type { OrtPart, PartLoading } from './ort-part.ts'
import { loadPart } from './ort-part.ts'

/** How the parts of a section are loaded. */
export interface PartsLoading extends PartLoading {
  readonly options: PartOptions
  /** Takes what ONNX Runtime cannot. */
  readonly fallback: Executor | undefined
}

/**
 * Loads parts, those without a model into the fallback. A model that the runtime does not take, although it was written for it, is
 * divided until the nodes are found that have to go the same way.
 *
 * @throws QError `OP_UNSUPPORTED` with the nodes that nobody can run; `ORT_REFUSED` without a fallback
 */
export async function loadParts(graph: Graph, parts: readonly CutPart[], loading: PartsLoading): Promise<readonly OrtPart[]> {
  const { fallback } = loading
  const refused = parts.filter(({ translated }) => translated === undefined)
  if (refused.length > 0 && fallback === undefined) throw unsupported(refused)
  const loaded: OrtPart[] = []
  try {
    const others = await loadRefused(graph, refused, fallback!, loaded)
    const inOrder: OrtPart[] = []
    for (const part of parts) {
      const made = others.has(part) ? [others.get(part)!] : await loadTranslated(graph, part, loading)
      loaded.push(...made)
      inOrder.push(...made)
    }
    return inOrder
  } catch (error) {
    await Promise.all([...new Set(loaded)].map((part) => part.close()))
    throw error
  }
}

/** @param loaded what is to be closed when another part fails */
async function loadRefused(
  graph: Graph,
  parts: readonly CutPart[],
  fallback: Executor,
  loaded: OrtPart[],
): Promise<ReadonlyMap<CutPart, OrtPart>> {
  const others = new Map<CutPart, OrtPart>()
  const failed: CutPart[] = []
  for (const part of parts) {
    try {
      const session = await fallback.load(graph, part.section)
      const made = { feeds: session.feeds, fetches: session.fetches, run: session.run.bind(session), close: () => session.close() }
      others.set(part, made)
      loaded.push(made)
    } catch (error) {
      if (!isUnsupported(error)) throw error
      failed.push(part)
    }
  }
  if (failed.length > 0) throw unsupported(failed)
  return others
}

async function loadTranslated(graph: Graph, part: CutPart, loading: PartsLoading): Promise<readonly OrtPart[]> {
  const { fallback, onnx, options } = loading
  try {
    const made = await loadPart(part.translated!, { typeOf: (name) => valueOf(graph, name).type, anyOrder: part.section.anyOrder }, loading)
    return [fallback === undefined ? made : withSpare(made, () => fallback.load(graph, part.section))]
  } catch (error) {
    if (fallback === undefined || !isQError(error) || error.code !== 'ORT_REFUSED') throw error
    const parts = part.nodes.length === 1 ? [{ nodes: part.nodes, section: part.section }] : cutInHalves(part, graph, onnx, options)
    return loadParts(graph, parts, loading)
  }
}

/** A part whose feeds may hold numbers that their types do not, and whose shapes the runtime may refuse as late as in a run: such a run is left to another executor. */
function withSpare(part: OrtPart, loadSpare: () => Promise<Session>): OrtPart {
  let spare: Promise<Session> | undefined
  return {
    ...part,
    async run(values) {
      try {
        return await part.run(values)
      } catch (error) {
        if (!isQError(error) || (error.code !== 'FEED_TYPE' && error.code !== 'ORT_REFUSED')) throw error
        spare ??= loadSpare()
        return (await spare).run(values)
      }
    },
    async close() {
      await Promise.all([part.close(), spare?.then((session) => session.close())])
    },
  }
}

const isUnsupported = (error: unknown): boolean => isQError(error) && error.code === 'OP_UNSUPPORTED'

function unsupported(parts: readonly CutPart[]): QError {
  const nodes = parts.flatMap((part) => part.nodes)
  return new QError('OP_UNSUPPORTED', `ONNX Runtime cannot run ${nodes.length === 1 ? 'a node' : `${nodes.length} nodes`} as defined`, {
    at: nodes.map(layerOf),
    found: [...new Set(nodes.map(({ op }) => op))].join(', '),
    wanted: 'operators that can be written exactly in ONNX',
    hint: 'hand in the reference executor as `fallback`',
  })
}
