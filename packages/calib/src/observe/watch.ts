import type { Diagnostic, ObservedRange, ObservedValue, ObserverFactory } from '@q/ir'
import type { MethodSpec } from '../observers/method.ts'

/** One observer: what it sees, and by which method. */
export interface Watch<M = MethodSpec> {
  /** Index of the value among those that are shown. */
  readonly value: number
  readonly method: M
}

/** Everything that is observed in one pass. */
export interface WatchList<M = MethodSpec> {
  readonly values: readonly ObservedValue[]
  readonly watches: readonly Watch<M>[]
}

/** What one observer learned. */
export interface WatchResult {
  readonly range: ObservedRange
  readonly diagnostics: readonly Diagnostic[]
}

/** Watches by value: the places in `watches` of those that see it. */
export function watchesOfValues({ values, watches }: WatchList<unknown>): readonly (readonly number[])[] {
  const places = values.map((): number[] => [])
  for (const [place, { value }] of watches.entries()) places[value]!.push(place)
  return places
}

/** The methods made ready to observe. @param make a method's factory; called once for each */
export function withFactories<M>({ values, watches }: WatchList<M>, make: (method: M) => ObserverFactory): WatchList<ObserverFactory> {
  const made = new Map([...new Set(watches.map(({ method }) => method))].map((method) => [method, make(method)]))
  return { values, watches: watches.map(({ value, method }) => ({ value, method: made.get(method)! })) }
}
