import type { Executor, Graph, OnProgress, SampleSource, Session, Tensor } from '@q/ir'
import { errorAt, QError } from '@q/ir'
import { pauses } from '../interruption.ts'
import type { CalibratedValue } from '../layers.ts'
import { floatValues } from './float-values.ts'
import type { ObserverFault, ObserverPool, PoolStart } from './observer-pool.ts'
import { unsoundConstant } from './unsound-constant.ts'
import type { WatchResult } from './watch.ts'

/** Samples that are loaded ahead, so that reading and decoding never keep the network waiting. */
const samplesAhead = 3

/** Time between two checkpoints: what a crash may cost. */
const checkpointMs = 800

/** The streaming pass: what runs, on what, and who watches. */
export interface ObserveSamples {
  readonly graph: Graph
  readonly executor: Executor
  readonly samples: SampleSource
  readonly values: readonly CalibratedValue[]
  /** Names of values whose elements the pool takes in any order. @default none */
  readonly anyOrder?: ReadonlySet<string>
  readonly pool: ObserverPool
  /** Samples the pool has seen already. @default 0 */
  readonly seen?: number
  /** Called about once a second with what the observers know. @default nothing is kept */
  readonly onCheckpoint?: ((reached: PoolStart) => Promise<void>) | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

/**
 * Runs the float graph on every sample and shows all activations to the observers. The next three samples are loaded meanwhile; no more
 * are held at a time.
 *
 * @throws QError `ACTIVATION_NOT_FINITE` for the first sample, and in it the first layer, with a NaN or an infinity; `INTERRUPTED`;
 *   what the executor and the samples throw
 */
export async function observeSamples({
  graph,
  executor,
  samples,
  values,
  anyOrder = new Set(),
  pool,
  seen = 0,
  onCheckpoint,
  signal,
  onProgress,
}: ObserveSamples): Promise<readonly WatchResult[]> {
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const fetches = values.map(({ name }) => name).filter((name) => !inputs.has(name))
  const session = await executor.load(graph, { fetches, anyOrder: fetches.filter((name) => anyOrder.has(name)) })
  try {
    await runAll(session)
  } finally {
    await session.close()
  }
  const result = await pool.finish()
  if (pool.fault !== undefined) throw faultError(pool.fault, samples, graph)
  return result

  async function runAll(ready: Session): Promise<void> {
    const pause = pauses(signal)
    const loading = Array.from({ length: samplesAhead }, (_, i) => prefetch(seen + i))
    const started = performance.now()
    let kept = started
    for (let index = seen; index < samples.count; index++) {
      await pause()
      const feeds = (await loading.shift())!
      loading.push(prefetch(index + samplesAhead))
      const results = await ready.run(feeds)
      await pool.observe(ownArrays(values, results, feeds))
      onProgress?.({ stage: 'observe', done: index + 1, total: samples.count })
      if (pool.fault !== undefined) return
      // The end of the pass is kept too: what follows may take long as well.
      const due = performance.now() - kept > checkpointMs || (index + 1 === samples.count && performance.now() - started > checkpointMs)
      if (onCheckpoint !== undefined && due) {
        const states = await pool.states()
        if (states !== undefined && pool.fault === undefined) await onCheckpoint({ samples: index + 1, states })
        kept = performance.now()
      }
    }
  }

  function prefetch(index: number): Promise<ReadonlyMap<string, Tensor>> {
    if (index >= samples.count) return Promise.resolve(new Map())
    const loading = samples.load(index)
    // An error is reported when its turn comes, or never when the work ends before.
    loading.catch(() => {})
    return loading
  }
}

/**
 * The elements of every value, each in an array that may be given away: results belong to the caller, but two of them may
 * share an array; samples belong to their source. A value without elements is shown as a zero: whatever reads such a table wants a row of it.
 */
function ownArrays(
  values: readonly CalibratedValue[],
  results: ReadonlyMap<string, Tensor>,
  feeds: ReadonlyMap<string, Tensor>,
): readonly Float32Array[] {
  const taken = new Set<ArrayBufferLike>()
  return values.map(({ name }) => {
    const elements = floatValues(name, results.get(name) ?? feeds.get(name))
    if (elements.length === 0) return Float32Array.of(0)
    const isFree = results.has(name) && !taken.has(elements.buffer)
    taken.add(elements.buffer)
    return isFree ? elements : elements.slice()
  })
}

function faultError({ sample, error }: ObserverFault, samples: SampleSource, graph: Graph): QError {
  const place = samples.describe?.(sample) ?? `sample ${sample}`
  if (error.code !== 'ACTIVATION_NOT_FINITE') return errorAt(error, [place, ...error.at])
  const [layer] = error.at
  const { code, message, at, found = '', wanted = '', hint = '' } = error
  // What a sample holds is the sample's; what a layer makes of finite numbers is a model that is not right.
  if (graph.inputs.some(({ name }) => name === layer)) return errorAt(error, [place, ...at])
  const constant = unsoundConstant(graph, layer)
  return new QError(code, message, {
    at: [place, ...at],
    kind: 'tolerance',
    found: constant === undefined ? found : `${found}, made with the constant ${constant}, which holds such numbers itself`,
    wanted,
    hint: constant === undefined ? hint : `mend the constant ${constant} in the float model`,
  })
}
