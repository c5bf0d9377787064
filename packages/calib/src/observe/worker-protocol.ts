import type { Diagnostic, ObservedRange, ObservedValue, ObserverState, QErrorDetails } from '@q/ir'
import type { MethodSpec } from '../observers/method.ts'

/** What the calling thread tells a worker. Values are numbered within the worker. */
export type ToWorker =
  | {
      readonly kind: 'start'
      readonly method: MethodSpec
      readonly values: readonly ObservedValue[]
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
  | { readonly kind: 'result'; readonly ranges: readonly ObservedRange[]; readonly diagnostics: readonly Diagnostic[] }

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
