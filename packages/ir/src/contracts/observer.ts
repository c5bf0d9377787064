import type { Diagnostic } from '../errors.ts'

/** What an observer learned of one value: the numbers a calibration table holds. */
export interface ObservedRange {
  readonly threshold: number
  readonly min: number
  readonly max: number
}

/** What is known of a value before the first sample comes. */
export interface ObservedValue {
  readonly name: string
  /** Place of the layer among all layers of the table, and their number. */
  readonly index: number
  readonly count: number
  /** Elements of one sample, and the number of samples. */
  readonly elements: number
  readonly samples: number
}

/** Everything an observer knows, as plain data: enough to go on from there in another process. */
export interface ObserverState {
  readonly numbers: readonly number[]
  readonly counts?: Int32Array
}

/** Watches one value over all samples, then tells its range. Plain data in between, so it can live in a worker. */
export interface Observer {
  observe(values: Float32Array): void
  /** What it knows so far. @default the observer cannot be interrupted: an interrupted calibration starts again */
  state?(): ObserverState
  /** May be called once all samples were seen. */
  range(): ObservedRange
  readonly diagnostics?: readonly Diagnostic[]
}

/** A calibration method. */
export interface ObserverFactory {
  readonly name: string
  /** Whether its observers learn the same whatever the order of a sample's elements. @default false */
  readonly anyOrder?: boolean
  /** @param state of an observer of the same value by the same method, to go on from */
  create(value: ObservedValue, state?: ObserverState): Observer
}
