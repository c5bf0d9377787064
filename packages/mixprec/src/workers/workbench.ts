import type { Executor, Graph, MetricName, OpSet, Session, Tensor } from '@q/ir'
import { QError } from '@q/ir'
import { allOps } from '@q/ir/ops'
import type { PostProcess } from '../comparison/comparison.ts'
import { postProcessed } from '../comparison/post-processed.ts'
import { realNumbers } from '../comparison/real-numbers.ts'
import { measureSample, type SampleLoss } from '../comparison/sample-loss.ts'
import { createVoidBook } from '../comparison/void-results.ts'
import type { OutputPair } from '../metrics/metric.ts'
import { inTwoBytes } from './half-floats.ts'
import { createHeldTensors, type FreeMemory } from './held-tensors.ts'
import { packError } from './packed-error.ts'
import type { ComparedTensor, FromWorkbench, Measured, OpenOrClose, PackedSection, Precision, Step, ToWorkbench } from './protocol.ts'

/** What computes, and what a page of results is turned into before it is compared. */
export interface WorkbenchOptions {
  readonly executors: Readonly<Partial<Record<Precision, Executor>>>
  /** @default results are compared as they are */
  readonly postProcess?: PostProcess
  /** The operators of graphs. @default those of @q/ir */
  readonly ops?: OpSet
  /** For a bench that has all tensors for itself: what it does with the memory of those that it drops. @default it is garbage */
  readonly free?: FreeMemory
}

/** Holds tensors and sessions, runs sections and measures: it decides nothing. */
export interface Workbench {
  /** Does what a message says; a task is answered. Messages are handled one after the other, but for `stop`, which may come within a task. */
  handle(message: ToWorkbench): Promise<FromWorkbench | undefined>
  /** Frees sessions and tensors. */
  close(): Promise<void>
}

/** A bench with nothing on it. */
export function createWorkbench({ executors, postProcess, ops = allOps, free }: WorkbenchOptions): Workbench {
  const constants = new Map<number, Tensor>()
  const sections = new Map<string, Graph>()
  const sessions = new Map<string, Session>()
  const tensors = createHeldTensors(free)
  const voidsOf = createVoidBook()
  let [loaded, reused] = [0, 0]
  let isStopped = false

  const sessionOf = async (section: string, precision: Precision): Promise<Session> => {
    const key = `${precision} ${section}`
    const known = sessions.get(key)
    if (known !== undefined) {
      reused++
      return known
    }
    loaded++
    const graph = sections.get(section)!
    const session = await executors[precision]!.load(graph)
    sessions.set(key, session)
    return session
  }
  const closeSection = async (section: string): Promise<void> => {
    sections.delete(section)
    for (const precision of ['exact', 'fast']) {
      const key = `${precision} ${section}`
      const session = sessions.get(key)
      sessions.delete(key)
      await session?.close()
    }
  }
  const openOrClose = async (message: OpenOrClose): Promise<void> => {
    if (message.kind === 'open') {
      for (const { id, tensor } of message.constants) constants.set(id, tensor)
      sections.set(message.section, unpack(message.packed, constants, ops))
      return
    }
    await closeSection(message.section)
    for (const id of message.constants) constants.delete(id)
  }
  const run = async ({ section, precision, feeds, fetches }: Extract<Step, { kind: 'run' }>): Promise<void> => {
    const session = await sessionOf(section, precision)
    const { inputs, outputs } = sections.get(section)!
    const results = await session.run(new Map(inputs.map(({ name }, i) => [name, tensors.get(feeds[i]!)!])))
    const unused = new Set(results.values())
    fetches.forEach(({ slot, halves }, i) => {
      if (slot === undefined) return
      const result = results.get(outputs[i]!)!
      const kept = halves ? inTwoBytes(result) : result
      tensors.put(slot, kept)
      unused.delete(kept)
    })
    tensors.discard(unused)
  }
  const measure = (step: Extract<Step, { kind: 'measure' }>): Measured => {
    const resultsOf = (compared: readonly ComparedTensor[]): ReadonlyMap<string, Tensor> => {
      const results = new Map(step.values.map(({ name }, i) => [name, floatTensor(tensors.get(compared[i]!.slot)!, compared[i]!)]))
      return step.postProcess && postProcess !== undefined ? postProcessed(results, postProcess) : results
    }
    const wanted = resultsOf(step.wanted)
    const voids = voidsOf({ of: step.wanted.map(({ slot }) => tensors.get(slot)!), postProcess: step.postProcess }, wanted)
    const pairs = pairUp(step, wanted, resultsOf(step.found), voids)
    return Object.fromEntries(step.metrics.map((metric): [MetricName, SampleLoss] => [metric, measureSample(pairs, metric)]))
  }
  const work = async (steps: readonly Step[]): Promise<readonly Measured[]> => {
    const measured: Measured[] = []
    for (const step of steps) {
      if (isStopped)
        throw new QError('INTERRUPTED', 'the work was stopped', {
          kind: 'interrupted',
          found: 'a signal to stop',
          wanted: 'time to do all',
          hint: 'search again',
        })
      if (step.kind === 'give') tensors.put(step.slot, step.tensor)
      else if (step.kind === 'run') await run(step)
      else if (step.kind === 'measure') measured.push(measure(step))
      else if (step.kind === 'drop') tensors.drop(step.slots)
      else await openOrClose(step)
    }
    return measured
  }

  return {
    async handle(message) {
      switch (message.kind) {
        case 'open':
        case 'close':
          await openOrClose(message)
          return undefined
        case 'clear':
          tensors.clear()
          return undefined
        case 'stop':
          isStopped = true
          return undefined
        case 'task': {
          const { id, steps } = message
          ;[loaded, reused] = [0, 0]
          try {
            return { kind: 'done', id, measured: await work(steps), loaded, reused }
          } catch (error) {
            return { kind: 'failed', id, error: packError(error) }
          }
        }
      }
    },
    async close() {
      tensors.clear()
      for (const section of [...sections.keys()]) await closeSection(section)
      constants.clear()
    },
  }
}

function unpack({ name, inputs, outputs, nodes, values }: PackedSection, constants: ReadonlyMap<number, Tensor>, ops: OpSet): Graph {
  return {
    name,
    inputs,
    outputs,
    nodes,
    ops,
    values: new Map(
      values.map(({ name: value, type, constant }) => [
        value,
        { name: value, type, ...(constant === undefined ? {} : { isConstant: true, constant: constants.get(constant)! }) },
      ]),
    ),
    properties: {},
  }
}

function floatTensor(tensor: Tensor, { quant }: ComparedTensor): Tensor {
  const data = realNumbers(tensor, quant)
  return { dtype: data instanceof Float32Array ? 'f32' : 'f64', shape: tensor.shape, data }
}

/** Results of the float model and of a trial, matched by their places. @throws QError `COMPARISON_SHAPE` */
function pairUp(
  { values }: Extract<Step, { kind: 'measure' }>,
  wanted: ReadonlyMap<string, Tensor>,
  found: ReadonlyMap<string, Tensor>,
  voids: ReadonlySet<string>,
): readonly OutputPair[] {
  const rules = new Map(values.map((value) => [value.name, value]))
  const others = [...found.values()]
  return [...wanted].map(([name, tensor], i) => {
    const other = others[i]
    if (other?.data.length !== tensor.data.length) {
      throw new QError('COMPARISON_SHAPE', `the float model and a trial give results of different sizes for ${name}`, {
        at: [name],
        found: other === undefined ? 'no result' : `[${other.shape.join(', ')}]`,
        wanted: `[${tensor.shape.join(', ')}]`,
        hint: 'let the post-processing give results of fixed shapes, such as scores before boxes are chosen',
      })
    }
    const { weight = 1, channelAxis } = rules.get(name) ?? {}
    const numbers = { wanted: tensor.data as ArrayLike<number>, found: other.data as ArrayLike<number> }
    const isVoid = voids.has(name)
    return { name, shape: tensor.shape, ...numbers, weight, ...(channelAxis === undefined ? {} : { channelAxis }), isVoid }
  })
}
