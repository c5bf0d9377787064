import type { Worker } from 'node:worker_threads'
import type { Diagnostic, ObservedRange, ObservedValue, ObserverState } from '@q/ir'
import { QError } from '@q/ir'
import { workerSource } from '../generated/worker-source.ts'
import type { MethodSpec } from '../observers/method.ts'
import type { ObserverFault, ObserverPool, PoolStart } from './observer-pool.ts'
import type { FromWorker, ToWorker } from './worker-protocol.ts'

const startScript = `${workerSource};calibWorker.serve(require('node:worker_threads').parentPort)`

/**
 * Observers spread over `workers` threads, every value on one of them, so the result does not depend on their number.
 *
 * @returns `undefined` where there are no worker threads
 */
export async function workerPool(
  method: MethodSpec,
  values: readonly ObservedValue[],
  workers: number,
  from?: PoolStart,
): Promise<ObserverPool | undefined> {
  const threads = await import('node:worker_threads').catch(() => undefined)
  if (threads?.Worker === undefined) return undefined
  const members = shareOut(values, workers).map((indices) => {
    const worker = new threads.Worker(startScript, { eval: true, execArgv: [] })
    return member(worker, method, indices, values, from?.states)
  })
  const owner = new Map(members.flatMap((one) => one.indices.map((index, slot) => [index, { one, slot }] as const)))
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
      const results = await Promise.all(members.map((one) => one.finish()))
      const ranges: ObservedRange[] = []
      for (const [m, { indices }] of members.entries()) {
        for (const [slot, index] of indices.entries()) {
          const range = results[m]!.ranges[slot]
          if (range !== undefined) ranges[index] = range
        }
      }
      return {
        ranges,
        diagnostics: inOrder(
          results.flatMap(({ diagnostics }) => diagnostics),
          values,
        ),
      }
    },
    async states() {
      const saved = await Promise.all(members.map((one) => one.save()))
      const states: ObserverState[] = []
      for (const [m, { indices }] of members.entries()) {
        if (saved[m]!.length !== indices.length) return undefined
        for (const [slot, index] of indices.entries()) states[index] = saved[m]![slot]!
      }
      return states
    },
    async close() {
      await Promise.all(members.map((one) => one.close()))
    },
  }
}

type Result = Extract<FromWorker, { readonly kind: 'result' }>

interface Member {
  readonly indices: readonly number[]
  fault(): ObserverFault | undefined
  observe(sample: number, slot: number, values: Float32Array): Promise<void>
  finish(): Promise<Result>
  save(): Promise<readonly ObserverState[]>
  close(): Promise<void>
}

function member(
  worker: Worker,
  method: MethodSpec,
  indices: readonly number[],
  all: readonly ObservedValue[],
  states: readonly ObserverState[] | undefined,
): Member {
  const values = indices.map((index) => all[index]!)
  // Room for the activations of one sample: more would only pile up.
  const capacity = values.reduce((sum, { elements }) => sum + elements, 0)
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
  post({ kind: 'start', method, values, ...(states === undefined ? {} : { states: indices.map((index) => states[index]!) }) })

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
    indices,
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

/** Whether an array has its buffer for itself, so that the buffer can be handed over. */
function isWhole(array: Float32Array): boolean {
  return array.buffer instanceof ArrayBuffer && array.byteLength === array.buffer.byteLength
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

/** Diagnostics in the order of the values they speak of. */
function inOrder(diagnostics: readonly Diagnostic[], values: readonly ObservedValue[]): readonly Diagnostic[] {
  const place = new Map(values.map(({ name }, index) => [name, index]))
  const placeOf = ({ at }: Diagnostic): number => place.get(at[0] ?? '') ?? values.length
  return [...diagnostics].sort((a, b) => placeOf(a) - placeOf(b))
}
