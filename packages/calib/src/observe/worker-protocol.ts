import type { ObserverState, QErrorDetails } from '@q/ir'
import type { WatchList, WatchResult } from './watch.ts'

/** What the calling thread tells a worker. Values and watches are numbered within the worker. */
export type ToWorker =
  | {
      readonly kind: 'start'
      readonly list: WatchList
      readonly states?: readonly ObserverState[]
    }
  | { readonly kind: 'save' }
  /** The elements of a value; their buffer is handed over, not copied. */
  | { readonly kind: 'observe'; readonly sample: number; readonly value: number; readonly elements: Float32Array }
  | { readonly kind: 'finish' }

/** What a worker tells the calling thread. */
export type FromWorker =
  /** The oldest array handed over was seen. */
  | { readonly kind: 'free' }
  | { readonly kind: 'fault'; readonly sample: number; readonly value: number; readonly error: PlainError }
  /** A bug: not an error a user can mend. */
  | { readonly kind: 'crash'; readonly message: string }
  | { readonly kind: 'saved'; readonly states: readonly ObserverState[] }
  /** What every observer learned; none when a value was faulty. */
  | { readonly kind: 'result'; readonly results: readonly WatchResult[] }

/** A QError as plain data: copying an error between threads loses its fields. */
export interface PlainError {
  readonly code: string
  readonly message: string
  readonly details: Omit<QErrorDetails, 'cause'>
}

/** The side of a message channel that a worker talks through. */
export interface WorkerPort {
  on(event: 'message', listener: (message: ToWorker) => void): void
  postMessage(message: FromWorker): void
}
