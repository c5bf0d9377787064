import type { SampleSource } from '@q/ir'

/** The same samples, of which the first stay in memory as far as they fit: a search asks again for those that it has no room for beside its tensors. */
export function keptSamples(samples: SampleSource, budgetBytes: number): SampleSource {
  const kept = new Map<number, Awaited<ReturnType<SampleSource['load']>>>()
  let left = budgetBytes
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
      }
      return loaded
    },
  }
}
