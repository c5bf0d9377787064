import type { Executor } from '../contracts/executor.ts'
import type { Graph } from '../graph/types.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Runs a graph once. */
export async function run(
  executor: Executor,
  graph: Graph,
  feeds: ReadonlyMap<string, Tensor>,
  fetches: readonly string[],
): Promise<ReadonlyMap<string, Tensor>> {
  const session = await executor.load(graph, { fetches })
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
  }
}
