import { QError } from '../errors.ts'
import type { Graph, Value } from '../graph/types.ts'
import { didYouMean } from '../suggest.ts'
import type { Frame } from './frame.ts'
import type { Applied } from './resolve-state.ts'
import type { Resolved } from './resolved.ts'
import { type ShippedPlace, sameShipped } from './same-nodes.ts'
import { typedInput } from './typed-layer.ts'
import { leafKey } from './value-digest.ts'
import { createValueKeys } from './value-keys.ts'

/** How much was computed for keys: keys of nodes, and nodes looked at to index them, to forget their keys or to compute them. */
export interface KeyWork {
  readonly keys: number
  readonly keyed: number
}

/** The results that a resolver gave: they share keys, and can be compared. */
export interface Answers {
  /** What came of one plan, as its caller sees it. */
  add(applied: Applied): Resolved
  /** What is shipped at each place in the last result; empty before the first. */
  readonly last: readonly ShippedPlace[]
  work(): KeyWork
}

/** No results yet. */
export function createAnswers(frame: Frame): Answers {
  const inputs = frame.graph.inputs.map(({ name }, place) => typedInput(frame, place, undefined, undefined).values.get(name)!)
  const keys = createValueKeys(inputs, frame.ops)
  const shipped = new WeakMap<Resolved, readonly ShippedPlace[]>()
  let last: readonly ShippedPlace[] = []

  /** Keys of one result. They are shared with the result asked last; one that is asked in turn with others gets all of its own. */
  const keysAt = (places: readonly ShippedPlace[], graph: Graph): ((name: string) => string | undefined) => {
    let own: ReadonlyMap<string, string | undefined> | undefined
    let wasAsked = false
    return (name) => {
      if (own !== undefined) return own.get(name)
      if (keys.places !== places) {
        keys.moveTo(places)
        if (wasAsked) own = new Map(graph.nodes.flatMap(({ outputs }) => outputs.map((each) => [each, keys.keyOf(each)] as const)))
        wasAsked = true
      }
      return keys.keyOf(name)
    }
  }
  const unmadeKey = (graph: Graph, name: string): string => {
    const value: Value | undefined = inputs.find((input) => input.name === name) ?? graph.values.get(name)
    if (value !== undefined) return leafKey(value)
    throw new QError('VALUE_UNKNOWN', `the graph has no value ${name}`, {
      at: [name],
      found: name,
      wanted: 'a value of this graph',
      hint: didYouMean(name, graph.values.keys(), 'take the names from the graph'),
    })
  }

  return {
    add({ graph, places, plan, diagnostics }) {
      last = places
      const keyAt = keysAt(places, graph)
      const keyOf = (name: string): string => keyAt(name) ?? unmadeKey(graph, name)
      const resolved: Resolved = {
        graph,
        get plan() {
          return plan()
        },
        get diagnostics() {
          return diagnostics()
        },
        get layers() {
          return new Map(frame.places.map(({ name }, place) => [name, places[place]!.nodes]))
        },
        keyOf,
        *keys() {
          for (const { outputs } of graph.nodes) for (const name of outputs) yield [name, keyOf(name)]
        },
        changedSince(other) {
          const before = shipped.get(other)
          if (before === undefined) {
            throw new QError('RESULT_OTHER', 'the result to compare with is of another resolver', {
              wanted: 'a result of the same resolver, as it was returned',
              hint: 'resolve both plans with one resolver, and compare its results themselves, not copies',
              kind: 'usage',
            })
          }
          return frame.places.filter((_, place) => !sameShipped(before[place]!, places[place]!)).map(({ name }) => name)
        },
      }
      shipped.set(resolved, places)
      return resolved
    },
    get last() {
      return last
    },
    work: () => ({ keys: keys.computed, keyed: keys.visited }),
  }
}
