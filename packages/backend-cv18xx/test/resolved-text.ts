import { parseGraph, type QuantMode, type Resolved, resolve } from '@q/ir'
import { cv18xx } from '../src/cv18xx.ts'

/** A network as the chip computes it, every value from -4 to 4. @param text as `parseGraph` takes it */
export function resolvedText(text: string, mode: QuantMode = 'INT8'): Resolved {
  const graph = parseGraph(text)
  const table = new Map([...graph.values.keys()].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
  return resolve(graph, table, new Map(), cv18xx(), { mode })
}
