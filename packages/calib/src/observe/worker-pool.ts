import type { Worker } from 'node:worker_threads'
import type { ObservedValue, ObserverState } from '@q/ir'
import { QError } from '@q/ir'
import { workerSource } from '../generated/worker-source.ts'
import { isWhole } from './let-go.ts'
import type { ObserverFault, ObserverPool, PoolStart } from './observer-pool.ts'
import type { WatchList } from './watch.ts'
import { watchesOfValues } from './watch.ts'
import type { FromWorker, ToWorker } from './worker-protocol.ts'

const startScript = `${workerSource};calibWorker.serve(require('node:worker_threads').parentPort)`

/**
 * Observers spread over `workers` threads, all those of a value on one of them, so the result does not depend on their number.
 *
 * @returns `undefined` where there are no worker threads
 */
export async function workerPool(list: WatchList, workers: number, from?: PoolStart): Promise<ObserverPool | undefined> {
  // Not imported: a bundler for web pages would look for the module.
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads')
  if (threads?.Worker === undefined) return undefined
  const places = watchesOfValues(list)
  const members = shareOut(list.values, workers).map((indices) => {
    const worker = new threads.Worker(startScript, { eval: true, execArgv: [] })
    return member(worker, shareOf(list, places, indices), from?.states)
  })
  const owner = new Map(members.flatMap((one) => one.share.indices.map((index, slot) => [index, { one, slot }] as const)))
  let sample = from?.samples ?? 0
  return {
    get fault() {
      return members.reduce<ObserverFault | undefined>((first, { fault }) => earlier(first, fault()), undefined)
    },
    async observe(arrays) {
      for (const [index, array] of arrays.entries()) {
        const { one, slot } = owner.get(index)!
        await one.observe(sample, slot, array)
      }
      sample++
    },
    async finish() {
      return inPlace(members, await Promise.all(members.map((one) => one.finish())), ({ results }) => results)
    },
    async states() {
      const saved = await Promise.all(members.map((one) => one.save()))
      const isWhole = saved.every(({ length }, m) => length === members[m]!.share.places.length)
      return isWhole ? inPlace(members, saved, (states) => states) : undefined
    },
    async close() {
      await Promise.all(members.map((one) => one.close()))
    },
  }
}

/** What each member has of its watches, in the order of all watches. */
function inPlace<A, T>(members: readonly Member[], answers: readonly A[], of: (answer: A) => readonly T[]): readonly T[] {
  const all: T[] = []
  for (const [m, { share }] of members.entries()) {
    for (const [own, each] of of(answers[m]!).entries()) all[share.places[own]!] = each
  }
  return all
}

/** What one thread observes. */
interface Share {
  readonly list: WatchList
  /** Of its values, among all values. */
  readonly indices: readonly number[]
  /** Of its watches, among all watches. */
  readonly places: readonly number[]
}

function shareOf({ values, watches }: WatchList, placesOfValues: readonly (readonly number[])[], indices: readonly number[]): Share {
  const own = indices.flatMap((index, value) => placesOfValues[index]!.map((place) => ({ place, value })))
  return {
    indices,
    places: own.map(({ place }) => place),
    list: {
      values: indices.map((index) => values[index]!),
      watches: own.map(({ place, value }) => ({ value, method: watches[place]!.method })),
    },
  }
}

type Result = Extract<FromWorker, { readonly kind: 'result' }>

interface Member {
  readonly share: Share
  fault(): ObserverFault | undefined
  observe(sample: number, slot: number, values: Float32Array): Promise<void>
  finish(): Promise<Result>
  save(): Promise<readonly ObserverState[]>
  close(): Promise<void>
}

function member(worker: Worker, share: Share, states: readonly ObserverState[] | undefined): Member {
  const { list, indices, places } = share
  // Room for the activations of one sample: more would only pile up.
  const capacity = list.values.reduce((sum, { elements }) => sum + elements, 0)
  const waiting: number[] = []
  let waitingElements = 0
  let fault: ObserverFault | undefined
  let crash: Error | undefined
  let result: Result | undefined
  let saved: readonly ObserverState[] | undefined
  let wake = (): void => {}
  const post = (message: ToWorker, handedOver: ArrayBuffer[] = []): void => worker.postMessage(message, handedOver)

  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'free') waitingElements -= waiting.shift()!
    else if (message.kind === 'crash') crash = new Error(`an observer failed: ${message.message}`)
    else if (message.kind === 'result') result = message
    else if (message.kind === 'saved') saved = message.states
    else {
      const { sample, value, error } = message
      fault = earlier(fault, { sample, value: indices[value]!, error: new QError(error.code, error.message, error.details) })
    }
    wake()
  })
  worker.on('error', (error) => {
    crash = error
    wake()
  })
  // A worker that waits for work must not keep the process alive when its pool was forgotten.
  worker.unref()
  post({ kind: 'start', list, ...(states === undefined ? {} : { states: places.map((place) => states[place]!) }) })

  /** Resolves with what `ready` gives as soon as that is something. */
  const until = async <T>(ready: () => T | undefined): Promise<T> => {
    for (;;) {
      const value = ready()
      if (value !== undefined) return value
      if (crash !== undefined) throw crash
      worker.ref()
      await new Promise<void>((resolve) => (wake = resolve))
      worker.unref()
    }
  }

  return {
    share,
    fault: () => fault,
    async observe(sample, slot, array) {
      await until(() => waitingElements === 0 || waitingElements + array.length <= capacity || undefined)
      waiting.push(array.length)
      waitingElements += array.length
      const elements = isWhole(array) ? array : array.slice()
      post({ kind: 'observe', sample, value: slot, elements }, [elements.buffer as ArrayBuffer])
    },
    async finish() {
      post({ kind: 'finish' })
      return until(() => result)
    },
    async save() {
      saved = undefined
      post({ kind: 'save' })
      return until(() => saved)
    },
    async close() {
      await worker.terminate()
    },
  }
}

/** Gives the largest value to the thread with the least to do, again and again; every list of indices ascends. */
function shareOut(values: readonly ObservedValue[], workers: number): readonly (readonly number[])[] {
  const shares = Array.from({ length: Math.max(1, Math.min(workers, values.length)) }, () => ({ load: 0, indices: [] as number[] }))
  const sized = values.map(({ elements }, index) => ({ elements, index }))
  const largestFirst = sized.sort((a, b) => b.elements - a.elements || a.index - b.index)
  for (const { elements, index } of largestFirst) {
    const least = shares.reduce((best, share) => (share.load < best.load ? share : best))
    least.load += elements
    least.indices.push(index)
  }
  return shares.map(({ indices }) => indices.sort((a, b) => a - b))
}

function earlier(a: ObserverFault | undefined, b: ObserverFault | undefined): ObserverFault | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return (a.sample - b.sample || a.value - b.value) <= 0 ? a : b
}
