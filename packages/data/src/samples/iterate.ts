import type { SampleSource, Tensor } from '@q/ir'

/**
 * The samples of a source in order, the next ones being loaded while one is used.
 *
 * At most `ahead + 1` samples are in memory. A sample that fails throws at its turn.
 *
 * @param ahead how many samples are loaded in advance. @default 2
 */
export async function* iterate(
  source: SampleSource,
  { ahead = 2 }: { readonly ahead?: number } = {},
): AsyncGenerator<ReadonlyMap<string, Tensor>, void> {
  const pending: Promise<ReadonlyMap<string, Tensor>>[] = []
  for (let next = 0, done = 0; done < source.count; done++) {
    for (; next < source.count && next <= done + ahead; next++) {
      const sample = source.load(next)
      // The failure is reported when its turn comes; without a listener it would count as unhandled until then.
      sample.catch(() => {})
      pending.push(sample)
    }
    yield await pending.shift()!
  }
}
