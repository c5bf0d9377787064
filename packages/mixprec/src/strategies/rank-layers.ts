import type { RankedLayer } from '@q/ir'

/** Layers by what each costs, the worst first; equal ones in the order given. */
export function rankLayers<Layer extends RankedLayer>(layers: Iterable<Layer>): readonly Layer[] {
  return [...layers].sort((a, b) => (a.loss === b.loss ? 0 : b.loss - a.loss))
}
