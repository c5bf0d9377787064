import type { Diagnostic, ObservedRange, ObservedValue, ObserverFactory, ObserverState, QError } from '@q/ir'
import { isQError } from '@q/ir'

/** What was learned of all values, in their order. */
export interface PoolResult {
  readonly ranges: readonly ObservedRange[]
  readonly diagnostics: readonly Diagnostic[]
}

/** An error an observer threw, and where. */
export interface ObserverFault {
  readonly sample: number
  /** Index of the value. */
  readonly value: number
  readonly error: QError
}

/** Where an interrupted pass stopped: the samples seen, and what the observers of all values knew, in their order. */
export interface PoolStart {
  readonly samples: number
  readonly states: readonly ObserverState[]
}

/** The observers of all values of a graph, wherever they live. */
export interface ObserverPool {
  /**
   * Shows the values of the next sample. The arrays belong to the pool from then on: it may hand their buffers to another thread.
   * Resolves when there is room for more.
   *
   * A fault may come to light later than the sample it belongs to; `finish` is sure to know it.
   */
  observe(values: readonly Float32Array[]): Promise<void>
  /** Waits for all observers. */
  finish(): Promise<PoolResult>
  /** What all observers know of the samples shown so far; `undefined` when one of them cannot tell. */
  states(): Promise<readonly ObserverState[] | undefined>
  /** The first fault so far, by sample and then by value. */
  readonly fault: ObserverFault | undefined
  close(): Promise<void>
}

/** Observers on the calling thread. */
export function localPool(method: ObserverFactory, values: readonly ObservedValue[], from?: PoolStart): ObserverPool {
  const observers = values.map((value, i) => method.create(value, from?.states[i]))
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
          observers[value]!.observe(array)
        } catch (error) {
          if (!isQError(error)) throw error
          fault = { sample, value, error }
        }
      }
      sample++
    },
    async finish() {
      return {
        ranges: observers.map((observer) => observer.range()),
        diagnostics: observers.flatMap(({ diagnostics = [] }) => diagnostics),
      }
    },
    async states() {
      const states = observers.flatMap((observer) => (observer.state === undefined ? [] : [observer.state()]))
      return states.length === observers.length ? states : undefined
    },
    async close() {},
  }
}
