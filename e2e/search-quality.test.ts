import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isLong as isLongAsked } from './long-tests.ts'
import { digits, inEmptyFolder, mustRun, q, shared, sharedFile } from './run-command.ts'

inEmptyFolder()

/** A network and samples of it, as arguments. */
interface Subject {
  readonly name: string
  readonly model: string
  readonly preprocess: readonly string[]
  readonly data: string
  readonly samples: readonly string[]
  /** A similarity that takes some layers in float. */
  readonly target: string
}

const imagenet = ['--resize_dims', '256,256', '--pixel_format', 'rgb', '--mean', '123.675,116.28,103.53', '--scale', '0.0171,0.0175,0.0174']
const centred = ['--pixel_format', 'rgb', '--mean', '127.5,127.5,127.5', '--scale', '0.0078431,0.0078431,0.0078431']
const few = ['--input_num', '10', '--inference_num', '10']

const small: readonly Subject[] = [
  { name: 'digits', model: digits.model, preprocess: digits.preprocess, data: digits.calibration, samples: few, target: '0.9999' },
]
const trained = (name: string, preprocess: readonly string[], images: string, samples: readonly string[], target: string): Subject => ({
  name,
  model: `models/${name}.onnx`,
  preprocess,
  data: `images/${images}`,
  samples,
  target,
})
const others: readonly Subject[] = [trained('mobilenet_v1_0.25_128', centred, 'ILSVRC2012', few, '0.9999')]
const mobilenet = trained('mobilenet_v2_tv_rec', imagenet, 'ILSVRC2012', ['--input_num', '100', '--inference_num', '30'], '0.999')

/** What a search found and what it took. */
interface Searched {
  readonly plan: Readonly<Record<string, string>>
  readonly after: number
  readonly reached: boolean
  readonly executed: number
  readonly whole: number
  /** The similarity by number of float layers, of all sets that were measured to choose from. */
  readonly bySize: ReadonlyMap<number, number>
}

async function prepare({ name, model, preprocess }: Subject): Promise<void> {
  const file = model.startsWith('/') ? model : sharedFile(model)
  await mustRun('model_transform', '--model_name', name, '--model_def', file, ...preprocess, '--mlir', `${name}.mlir`)
}

async function searched({ name, data, samples }: Subject, ...more: readonly string[]): Promise<Searched> {
  const folder = data.startsWith('/') ? data : sharedFile(data)
  const { code, out, err } = await q('search', `${name}.mlir`, '--chip', 'bm1684x', '--data', folder, ...samples, '--json', ...more)
  expect([0, 4], err).toContain(code)
  const events = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { readonly event: string; readonly text?: string })
  const find = (name: string) => events.find(({ event }) => event === name) as unknown as Record<string, number>
  const { nodeExecutions, referenceExecutions, wholeExecutions } = find('evaluated') as Record<string, number>
  const sizes = events.flatMap(({ text = '' }) => {
    const [, size, similarity] = /^float layer number: (\d+), mix model outputs_cos: (\S{9,})$/.exec(text) ?? []
    return size === undefined ? [] : [[Number(size), Number(similarity)] as const]
  })
  return {
    ...(find('searched') as unknown as Pick<Searched, 'plan' | 'after' | 'reached'>),
    executed: nodeExecutions! + referenceExecutions!,
    whole: wholeExecutions!,
    bySize: new Map(sizes),
  }
}

/** Fewer layers that reach the target too, or as many at most that are as similar. */
function expectNotWorse(one: Searched, other: Searched): void {
  const [layers, most] = [one, other].map(({ plan }) => Object.keys(plan).length) as [number, number]
  expect(layers).toBeLessThanOrEqual(most)
  if (!(one.reached && layers < most)) expect(one.after).toBeGreaterThanOrEqual(other.after - rounding)
}

/** Similarities are sums over samples; equal sets may differ in the last digits of a table. */
const rounding = 1e-7

const isLong = shared !== undefined && isLongAsked

describe.each(small)('$name', (subject) => qualityOf(subject))
describe.skipIf(!isLong).each(others)('$name (skipped without ../shared and Q_LONG)', (subject) => qualityOf(subject))

function qualityOf(subject: Subject): void {
  it('race is as similar as search_qtable with no more layers in float, and pareto at every number of them', {
    timeout: 600_000,
  }, async () => {
    await prepare(subject)
    const aim = ['--expected_cos', subject.target]
    const exact = await searched(subject, ...aim, '--strategy', 'search_qtable')
    const raced = await searched(subject, ...aim)
    expectNotWorse(raced, exact)
    // Of so few layers race examines all, where search_qtable looks at the types that its filter leaves, and grows sets with every table.
    expect(raced.executed).toBeLessThan(5.5 * exact.executed)

    await searched(subject, ...aim, '--pareto', '-o', 'plan')
    const { points } = JSON.parse(readFileSync('plan_front.json', 'utf8')) as {
      readonly points: readonly { readonly floatLayers: readonly string[]; readonly similarity: number }[]
    }
    const bestUpTo = (size: number) =>
      Math.max(...points.filter(({ floatLayers }) => floatLayers.length <= size).map((each) => each.similarity))
    for (const [size, similarity] of exact.bySize) expect(bestUpTo(size), `${size} layers`).toBeGreaterThanOrEqual(similarity - rounding)
    for (const { plan, after } of [exact, raced]) expect(bestUpTo(Object.keys(plan).length)).toBeGreaterThanOrEqual(after - rounding)
  })
}

describe.skipIf(!isLong)('mobilenet_v2_tv_rec (skipped without ../shared and Q_LONG)', () => {
  it('race is as similar as search_qtable with no more layers, by a sixteenth of the nodes', { timeout: 900_000 }, async () => {
    await prepare(mobilenet)
    const aim = ['--expected_cos', mobilenet.target]
    const exact = await searched(mobilenet, ...aim, '--strategy', 'search_qtable')
    const raced = await searched(mobilenet, ...aim)
    expectNotWorse(raced, exact)
    expect(raced.executed / exact.whole).toBeLessThan(0.065)
    expect(exact.executed / exact.whole).toBeLessThan(0.65)
  })
})
