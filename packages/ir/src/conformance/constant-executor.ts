import type { Executor } from '../contracts/executor.ts'
import { QError } from '../errors.ts'
import { valueOf } from '../graph/edges.ts'
import { elementCount, storageArray, type Tensor } from '../tensor/tensor.ts'

/**
 * The smallest executor: whatever it is fed, every element of every result is `value`. For tests of what stands around an
 * executor; it computes nothing, so it does not pass the suite for executors.
 *
 * @param value a whole number that the element types of all results can hold; the bit pattern for 16-bit floats
 */
export function constantExecutor(value = 0): Executor {
  return {
    name: 'constant',
    exact: true,
    load: async (graph, { feeds = graph.inputs.map(({ name }) => name), fetches = graph.outputs } = {}) => ({
      feeds,
      fetches,
      async run(given) {
        for (const feed of feeds) {
          if (!given.has(feed)) {
            throw new QError('FEED_MISSING', `the value ${feed} was not given`, {
              at: [feed],
              found: [...given.keys()].join(', ') || 'no feeds',
              wanted: feeds.join(', '),
              hint: `feed ${feed}`,
            })
          }
        }
        return new Map(
          fetches.map((name): [string, Tensor] => {
            const { dtype, shape } = valueOf(graph, name).type
            const data = new storageArray[dtype](elementCount(shape))
            if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value))
            else data.fill(value)
            return [name, { dtype, shape, data }]
          }),
        )
      },
      close: async () => undefined,
    }),
  }
}
