import type { ObserverFactory, ObserverState, QError } from '@q/ir'
import { isQError } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import type { WatchList, WatchResult } from './watch.ts'
import { watchesOfValues } from './watch.ts'

/** An error an observer threw, and where. */
export interface ObserverFault {
  readonly sample: number
  /** Index of the value. */
  readonly value: number
  readonly error: QError
}

/** Where an interrupted pass stopped: the samples seen, and what all observers knew, in the order of their watches. */
export interface PoolStart {
  readonly samples: number
  readonly states: readonly ObserverState[]
}

/** All observers of a pass, wherever they live. */
export interface ObserverPool {
  /**
   * Shows the values of the next sample. The arrays belong to the pool from then on: it may hand their buffers to another thread.
   * Resolves when there is room for more.
   *
   * A fault may come to light later than the sample it belongs to; `finish` is sure to know it.
   */
  observe(values: readonly Float32Array[]): Promise<void>
  /** Waits for all observers, and tells what each learned, in the order of the watches. */
  finish(): Promise<readonly WatchResult[]>
  /** What all observers know of the samples shown so far; `undefined` when one of them cannot tell. */
  states(): Promise<readonly ObserverState[] | undefined>
  /** The first fault so far, by sample and then by value. */
  readonly fault: ObserverFault | undefined
  close(): Promise<void>
}

/** Observers on the calling thread. @param kernels those the observers were made with */
export function localPool(list: WatchList<ObserverFactory>, kernels: Kernels, from?: PoolStart): ObserverPool {
  const observers = list.watches.map(({ value, method }, place) => method.create(list.values[value]!, from?.states[place]))
  const places = watchesOfValues(list)
  let sample = from?.samples ?? 0
  let fault: ObserverFault | undefined
  return {
    get fault() {
      return fault
    },
    async observe(arrays) {
      for (const [value, array] of arrays.entries()) {
        if (fault !== undefined) return
        try {
          kernels.holding(array, () => {
            for (const place of places[value]!) observers[place]!.observe(array)
          })
        } catch (error) {
          if (!isQError(error)) throw error
          fault = { sample, value, error }
        }
      }
      sample++
    },
    async finish() {
      return observers.map((observer) => ({ range: observer.range(), diagnostics: observer.diagnostics ?? [] }))
    },
    async states() {
      const states = observers.flatMap((observer) => (observer.state === undefined ? [] : [observer.state()]))
      return states.length === observers.length ? states : undefined
    },
    async close() {},
  }
}
