import { createReferenceExecutor } from '@q/exec-ref'
import { type Executor, floatOps, type Graph, isQError, type Tensor } from '@q/ir'
import { resultAttrs } from '@q/ir/ops'
import { describe, expect, it } from 'vitest'
import { attributeValues } from './attribute-values.ts'
import { ortExecutor } from './reference-network.ts'

async function run(executor: Executor, graph: Graph, feeds: ReadonlyMap<string, Tensor>): Promise<readonly number[]> {
  const session = await executor.load(graph)
  try {
    const found = await session.run(feeds)
    return graph.outputs.flatMap((name) => Array.from(found.get(name)!.data, Number))
  } finally {
    await session.close()
  }
}

/** What an executor refuses by name is no value of the attribute. */
function refusal(error: unknown): undefined {
  if (!isQError(error)) throw error
}

const shapes = (graph: Graph): string => JSON.stringify(graph.outputs.map((name) => graph.values.get(name)!.type.shape))

/** Attributes that no other value of shows on one float node: of codes, of shapes that follow, of what their operands decide. Their cases stand in the conformance suite. */
const elsewhere =
  /^(Attention\..*|Cast\..*|Conv(Transpose)?\.group|DepthToSpace\.channelsLast|MatMul\.(headsAsBatch|keepdims)|Resize\.scale_[hw]|Squeeze\.axes|TopK\.sorted)$/

const isNear = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b))

describe('every attribute of every operator', () => {
  const reference = createReferenceExecutor()
  const runtime = ortExecutor('exact')
  const cases = attributeValues()
  const shown = new Set<string>()

  it.each([...new Set(cases.map(({ op }) => op))])('%s: both executors honour its values', async (op) => {
    const wrong: string[] = []
    for (const { attribute, title, graphs, feeds } of cases.filter((each) => each.op === op)) {
      const wanted = await run(reference, graphs.valued, feeds).catch(refusal)
      if (wanted === undefined) continue
      const found = await run(runtime, graphs.valued, feeds)
      const at = found.findIndex((each, i) => !isNear(each, wanted[i]!))
      if (at >= 0) wrong.push(`${title}: element ${at} is ${found[at]}, wanted ${wanted[at]}`)
      const plain = await run(reference, graphs.plain, feeds)
      if (shapes(graphs.plain) !== shapes(graphs.valued) || plain.some((each, i) => !Object.is(each, wanted[i])))
        shown.add(`${op}.${attribute}`)
    }
    expect(wrong).toEqual([])
  })

  it('has a value here that shows', () => {
    const all = [...floatOps.values()].flatMap(({ name, attrs }) =>
      Object.keys(attrs).flatMap((attribute) => (attribute in resultAttrs ? [] : [`${name}.${attribute}`])),
    )
    expect(all.filter((each) => !shown.has(each) && !elsewhere.test(each))).toEqual([])
  })
})
