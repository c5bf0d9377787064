import type { SampleSource } from '@q/ir'

/** Bytes of samples that are let go between two collections of garbage: V8 would look for them when they have several times as much. */
const mostGarbage = 16 * 2 ** 20

/**
 * The same samples, of which the first stay in memory as far as they fit: a search asks again for those that it has no room for beside its tensors.
 *
 * @param tidy is called when others have left much garbage
 */
export function keptSamples(samples: SampleSource, budgetBytes: number, tidy: () => void): SampleSource {
  const kept = new Map<number, Awaited<ReturnType<SampleSource['load']>>>()
  let left = budgetBytes
  let garbage = 0
  return {
    count: samples.count,
    async load(index) {
      const known = kept.get(index)
      if (known !== undefined) return known
      const loaded = await samples.load(index)
      const bytes = [...loaded.values()].reduce((sum, { data }) => sum + data.byteLength, 0)
      if (bytes <= left) {
        left -= bytes
        kept.set(index, loaded)
        return loaded
      }
      garbage += bytes
      if (garbage > mostGarbage) {
        garbage = 0
        tidy()
      }
      return loaded
    },
  }
}
