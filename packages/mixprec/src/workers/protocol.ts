import type { ErrorKind, GraphInput, MetricName, Node, Quant, Tensor, TensorType } from '@q/ir'
import type { ComparedValue } from '../comparison/comparison.ts'
import type { SampleLoss } from '../comparison/sample-loss.ts'

/** What computes: `exact` integers, or about the same faster. */
export type Precision = 'exact' | 'fast'

/** A section as it travels: constants are told once, and named by number. */
export interface PackedSection {
  readonly name: string
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly string[]
  readonly nodes: readonly Node[]
  readonly values: readonly { readonly name: string; readonly type: TensorType; readonly constant?: number }[]
}

/** A tensor at hand, and how its codes are read. */
export interface ComparedTensor {
  readonly slot: number
  readonly quant: Quant | undefined
}

/** One step of a task. Tensors are named by slots: numbers that the sender chooses. */
export type Step =
  | { readonly kind: 'give'; readonly slot: number; readonly tensor: Tensor }
  /** `halves`: whether 16-bit floats are kept in two bytes; a fetched tensor without a slot is let go. */
  | {
      readonly kind: 'run'
      readonly section: string
      readonly precision: Precision
      readonly feeds: readonly number[]
      readonly fetches: readonly { readonly slot: number | undefined; readonly halves: boolean }[]
    }
  | {
      readonly kind: 'measure'
      readonly values: readonly ComparedValue[]
      readonly wanted: readonly ComparedTensor[]
      readonly found: readonly ComparedTensor[]
      readonly metrics: readonly MetricName[]
      readonly postProcess: boolean
    }
  | { readonly kind: 'drop'; readonly slots: readonly number[] }
  | OpenOrClose

/** Makes a section known, or lets go of it and of what was loaded for it. */
export type OpenOrClose =
  | {
      readonly kind: 'open'
      readonly section: string
      readonly packed: PackedSection
      readonly constants: readonly { readonly id: number; readonly tensor: Tensor }[]
    }
  | { readonly kind: 'close'; readonly section: string; readonly constants: readonly number[] }

/** What is told to who computes. */
export type ToWorkbench =
  | OpenOrClose
  | { readonly kind: 'task'; readonly id: number; readonly steps: readonly Step[] }
  /** Lets go of every tensor. */
  | { readonly kind: 'clear' }
  /** Ends the task that is under way before its next step, and every later one. */
  | { readonly kind: 'stop' }

/** The losses of a step that measures, by metric. */
export type Measured = Readonly<Partial<Record<MetricName, SampleLoss>>>

/** What is told back: one message for each task, in their order. */
export type FromWorkbench =
  | {
      readonly kind: 'done'
      readonly id: number
      readonly measured: readonly Measured[]
      readonly loaded: number
      readonly reused: number
    }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PackedError }

/** An error as it travels. */
export interface PackedError {
  readonly message: string
  readonly code?: string
  readonly kind?: ErrorKind
  readonly at?: readonly string[]
  readonly found?: string | undefined
  readonly wanted?: string | undefined
  readonly hint?: string | undefined
}
