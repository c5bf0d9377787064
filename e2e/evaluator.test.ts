import { bm1684x } from '@q/backend-bm1684x'
import {
  type Backend,
  createResolver,
  type Executor,
  fingerprintOf,
  type Graph,
  type LowerOp,
  layerOf,
  type ObservedRange,
  parseCalibrationTable,
  type SampleSource,
  type Tensor,
  type Trial,
} from '@q/ir'
import { constantExecutor } from '@q/ir/conformance'
import { createEvaluator, describeLayers, type EvaluatorOptions } from '@q/mixprec'
import { describe, expect, it } from 'vitest'
import { floatNetwork, ortExecutor, recordedInput } from './reference-network.ts'
import { hasShared, sharedText, sharedTitle } from './shared.ts'

/** A network with its table, and samples made of the recorded one. */
async function subject(name: string, count: number): Promise<EvaluatorOptions & { readonly table: ReadonlyMap<string, ObservedRange> }> {
  const graph = await floatNetwork(name)
  const table = parseCalibrationTable(sharedText('reference/tpu-mlir', name, 'cali_table')).entries
  const recorded = recordedInput(name, graph)
  const samples: SampleSource = {
    count,
    load: async (index) => new Map([...recorded].map(([input, tensor]) => [input, dimmed(tensor, 1 - index / 8)])),
  }
  return { graph, table, backend: bm1684x(), settings: { mode: 'INT8' }, samples, executors: { exact: ortExecutor('exact') } }
}

function dimmed(tensor: Tensor, factor: number): Tensor {
  return { ...tensor, data: (tensor.data as Float32Array).map((each) => each * factor) }
}

/** Every layer in a float mode that has it. */
function inFloat(given: Pick<EvaluatorOptions, 'graph' | 'table' | 'backend' | 'settings'>, floatMode: string): Trial {
  const able = describeLayers(given).filter(({ modes }) => modes.includes(floatMode))
  return { plan: new Map(able.map(({ name }) => [name, floatMode])) }
}

/** Every layer with weights alone in codes, all others in float, with each of two ranges: what a search for sensitive layers asks for. */
function oneInCodes(
  {
    graph,
    table,
    backend,
    settings,
  }: Pick<EvaluatorOptions, 'graph' | 'backend' | 'settings'> & { readonly table: ReadonlyMap<string, ObservedRange> },
  floatMode = 'F16',
): readonly Trial[] {
  const float = [...inFloat({ graph, table, backend, settings }, floatMode).plan]
  return graph.nodes
    .filter(({ op }) => op === 'Conv' || op === 'MatMul')
    .flatMap((node): readonly Trial[] => {
      const layer = layerOf(node)
      const plan = new Map(float.filter(([name]) => name !== layer))
      const { threshold, min, max } = table.get(layer)!
      return [{ plan }, { plan, ranges: new Map([[layer, { threshold: threshold * 0.9, min: min * 0.9, max: max * 0.9 }]]) }]
    })
}

/** Notes what every lowering is asked for: the node, its mode, the ranges of what it takes and makes, and the modes of its neighbours. */
function notingLowerings(backend: Backend, seen: string[]): Backend {
  const lower = Object.entries(backend.lower).map(([op, lowerOne]): [string, LowerOp] => [
    op,
    (node, context) => {
      const names = [...node.inputs.filter((name) => name !== undefined), ...node.outputs]
      const beside = [
        ...node.inputs.map((name) => (name === undefined ? undefined : context.producer(name)?.mode)),
        ...node.outputs.flatMap((name) => context.consumers(name).map(({ mode }) => mode)),
      ]
      seen.push(JSON.stringify([op, layerOf(node), context.mode, names.map((name) => context.typeOf(name)), beside]))
      return lowerOne(node, context)
    },
  ])
  return { ...backend, lower: Object.fromEntries(lower) }
}

/** Notes the sections that an executor loads. */
function noting(executor: Executor): Executor & { readonly graphs: readonly Graph[] } {
  const graphs: Graph[] = []
  return {
    ...executor,
    graphs,
    load(graph, section) {
      graphs.push(graph)
      return executor.load(graph, section)
    },
  }
}

describe.skipIf(!hasShared)(sharedTitle('an evaluator of real networks'), () => {
  it.each(['resnet8_cifar10', 'mobilenet_v2_tv_rec'])('runs of %s the graph that is shipped for the plan', async (name) => {
    const given = await subject(name, 1)
    const plan = new Map(given.graph.nodes.slice(3, 6).map((node) => [layerOf(node), 'F16']))
    const shipped = createResolver(given.graph, given.table, given.backend, given.settings).resolve(plan).graph
    const executor = noting(ortExecutor('exact'))
    const evaluator = createEvaluator({ ...given, executors: { exact: executor } })
    await evaluator.ask({ trials: [{ plan }], metrics: ['cosine'] })
    await evaluator.close()
    const values = new Map(executor.graphs.flatMap((graph) => [...graph.values]))
    const nodes = new Map(executor.graphs.flatMap((graph) => graph.nodes.map((node) => [layerOf(node), node] as const)))
    // The reference is run in sections of its own, before those of the trial.
    const ran = { ...shipped, nodes: shipped.nodes.map((node) => nodes.get(layerOf(node))!), values: new Map(values) }
    for (const value of values.keys()) if (!shipped.values.has(value)) ran.values.delete(value)
    for (const { name: input } of shipped.inputs) ran.values.set(input, shipped.values.get(input)!)
    // A range decides nothing any more once codes have their scales.
    const bare = (graph: Graph): Graph => ({
      ...graph,
      values: new Map([...graph.values].map(([each, value]) => [each, { ...value, type: { ...value.type, range: undefined } } as never])),
    })
    expect(fingerprintOf(bare(ran))).toBe(fingerprintOf(bare(shipped)))
  })

  it('runs little more than half of what whole graphs take, and lowers no layer twice', async () => {
    const given = await subject('mobilenet_v2_tv_rec', 1)
    const trials = oneInCodes(given)
    const evaluator = createEvaluator(given)
    await evaluator.ask({ trials, metrics: ['cosine'] })
    const { nodeExecutions, wholeExecutions, resolver } = evaluator.counts()
    await evaluator.close()
    const keyed = createResolver(given.graph, given.table, given.backend, given.settings)
    const different = new Set(trials.flatMap(({ plan, ranges }) => [...keyed.resolve(plan, ranges).keys()].map(([, key]) => key)))
    // Nodes in front of the changed one in its segment are run again; casts that only widen a result are not run at all.
    expect(nodeExecutions / different.size).toBeLessThan(1.03)
    expect(nodeExecutions / wholeExecutions).toBeLessThan(0.575)
    // Each layer in codes and in float, its neighbours being in float; once more for the other range, and for what stands beside it.
    expect(resolver.lowered).toBeLessThan(given.graph.nodes.length + 2 * trials.length)
  })

  it('lowers no node twice in the same mode, with the same ranges and the same neighbours', async () => {
    const given = await subject('mobilenet_v2_tv_rec', 1)
    const seen: string[] = []
    // What is lowered does not depend on what is computed.
    const executors = { exact: constantExecutor() }
    const evaluator = createEvaluator({ ...given, executors, backend: notingLowerings(given.backend, seen) })
    const trials = oneInCodes(given)
    await evaluator.ask({ trials, metrics: ['cosine'] })
    await evaluator.ask({ trials: [...trials].reverse(), metrics: ['noise'] })
    const { lowered } = evaluator.counts().resolver
    await evaluator.close()
    expect(seen.length).toBe(lowered)
    expect(new Set(seen).size).toBe(lowered)
  })

  it.each(['resnet8_cifar10', 'vit_pgd_2_3_16_cifar10'])(
    'gives the same bytes for %s with much room and little, asked at once and one by one',
    async (name) => {
      const given = await subject(name, 3)
      const trials = oneInCodes(given).slice(0, 12)
      const ask = { metrics: ['cosine', 'noise', 'sqnr', 'worst-group'] } as const
      const wanted = await createEvaluator(given).ask({ ...ask, trials })
      const little = createEvaluator({ ...given, budgetBytes: 100_000 })
      expect(await little.ask({ ...ask, trials })).toEqual(wanted)
      expect(little.counts().mostTensorBytes).toBeLessThanOrEqual(100_000)
      const slow = createEvaluator({ ...given, budgetBytes: 0 })
      for (const [i, trial] of trials.entries()) expect(await slow.ask({ ...ask, trials: [trial] })).toEqual([wanted[i]])
    },
  )

  it.each([
    ['vit_pgd_2_3_16_cifar10', 'F16', 8],
    ['vit_pgd_2_3_16_cifar10', 'BF16', 8],
    ['mobilenet_v2_tv_rec', 'BF16', 17],
  ])(
    'gives the same bytes for %s in %s wherever it is cut: in stretches, at every third layer, at every layer',
    async (name, floatMode, step) => {
      const given = await subject(name, 1)
      const trials = oneInCodes(given, floatMode).filter((_, i) => i % step < 2)
      const lossesOf = async (segments: EvaluatorOptions['segments']) => {
        // The float graph rounds nothing, and adds in the order of the sections that it is cut into.
        const evaluator = createEvaluator({ ...given, reference: inFloat(given, floatMode), ...(segments && { segments }) })
        const losses = await evaluator.ask({ trials, metrics: ['cosine', 'noise', 'sqnr'] })
        await evaluator.close()
        return losses
      }
      const wanted = await lossesOf(undefined)
      expect(wanted.map(({ failure }) => failure)).toEqual(trials.map(() => undefined))
      expect(await lossesOf({ least: 3, reach: 0, few: 0 })).toEqual(wanted)
      expect(await lossesOf({ least: 1, reach: 0, few: Number.POSITIVE_INFINITY })).toEqual(wanted)
    },
  )

  it('compares with the chip in float where that is the reference', async () => {
    const given = await subject('resnet8_cifar10', 2)
    const reference: Trial = { plan: new Map(given.graph.nodes.map((node) => [layerOf(node), 'F16'])) }
    const evaluator = createEvaluator({ ...given, reference })
    const [same, other] = await evaluator.ask({ trials: [reference, { plan: new Map() }], metrics: ['noise'] })
    expect(same!.losses['noise']!.samples).toEqual([0, 0])
    expect(other!.losses['noise']!.mean).toBeGreaterThan(0)
    // The float network itself was never run.
    expect(evaluator.counts().referenceExecutions).toBe(
      2 * createResolver(given.graph, given.table, given.backend, given.settings).resolve(reference.plan).graph.nodes.length,
    )
  })
})
