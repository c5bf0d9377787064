import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@q/ir'
import { decodeNpz } from '@q/npz'
import { afterEach, beforeEach } from 'vitest'
import { main } from '../tools/cli/src/main.ts'

/** What a command printed, and its exit code. */
export interface Finished {
  readonly code: number
  readonly out: string
  readonly err: string
}

const root = join(import.meta.dirname, '..')

/** The digit classifier and its pictures, part of this repository. */
export const digits = {
  model: join(root, 'examples/quickstart/digits.onnx'),
  calibration: join(root, 'examples/quickstart/calibration'),
  picture: join(root, 'examples/quickstart/images/3_003.png'),
  preprocess: ['--mean', '123.675,116.28,103.53', '--scale', '0.0171,0.0175,0.0174', '--pixel_format', 'rgb'],
} as const

const sharedFolder = process.env['Q_SHARED'] ?? join(root, '../shared')

/** Reference files made by TPU-MLIR 1.30.2, or nothing when they are not here. */
export const shared = existsSync(join(sharedFolder, 'reference/tpu-mlir')) ? sharedFolder : undefined

/** A file of the reference; only for tests that are skipped without it. */
export const sharedFile = (path: string): string => join(sharedFolder, path)

/** Runs the command line in this process and folder. */
export async function q(...args: readonly string[]): Promise<Finished> {
  const texts = { out: '', err: '' }
  const writes = [process.stdout.write, process.stderr.write] as const
  const into = (name: 'out' | 'err') =>
    ((text: string | Uint8Array) => {
      texts[name] += text.toString()
      return true
    }) as typeof process.stdout.write
  process.stdout.write = into('out')
  process.stderr.write = into('err')
  try {
    return { code: await main(args), ...texts }
  } finally {
    ;[process.stdout.write, process.stderr.write] = writes
  }
}

/** As {@link q}; anything but exit code 0 throws what was printed. */
export async function mustRun(...args: readonly string[]): Promise<Finished> {
  const finished = await q(...args)
  if (finished.code !== 0) throw new Error(`q ${args.join(' ')} ended with ${finished.code}\n${finished.out}${finished.err}`)
  return finished
}

/** Gives every test an empty working directory of its own. */
export function inEmptyFolder(): void {
  let folder = ''
  const before = process.cwd()
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'q-e2e-'))
    process.chdir(folder)
  })
  afterEach(() => {
    process.chdir(before)
    rmSync(folder, { recursive: true, force: true })
  })
}

/** What {@link prepareDigits} writes, once it was made, by the output where the network ends. */
const prepared = new Map<string, ReadonlyMap<string, Uint8Array>>()

/** Transforms and calibrates the digit classifier: writes `digits.mlir`, its weights and `table`. The same bytes every time. */
export const prepareDigits = (): Promise<void> => prepareUpTo()

/** {@link prepareDigits} of its first ten layers: what many whole searches run on. */
export const prepareFirstLayers = (): Promise<void> => prepareUpTo('--output_names', 'input.68')

async function prepareUpTo(...end: readonly string[]): Promise<void> {
  const key = end.join(' ')
  const known = prepared.get(key)
  if (known !== undefined) {
    for (const [name, bytes] of known) writeFileSync(name, bytes)
    return
  }
  const model = ['--model_name', 'digits', '--model_def', digits.model, '--mlir', 'digits.mlir', ...digits.preprocess, ...end]
  await mustRun('model_transform', ...model)
  await mustRun('run_calibration', 'digits.mlir', '--dataset', digits.calibration, '--input_num', '4', '--tune_num', '0', '-o', 'table')
  const files = ['digits.mlir', 'digits_top_f32_all_weight.npz', 'table']
  prepared.set(key, new Map(files.map((name) => [name, readFileSync(name)])))
}

/** The source of a module with a chip that keeps every operator of the digit classifier in float32, and writes two files. */
export const chipInFloats = `
const float = ['Conv', 'Relu', 'MaxPool', 'AveragePool', 'MatMul', 'Reshape', 'Transpose', 'Add', 'Softmax']
const keep = (node, context) => ({ nodes: [node], values: node.outputs.map((name) => ({ name, type: context.typeOf(name) })) })
export const chip = {
  name: 'nova',
  target: {
    name: 'nova', modes: ['F32'], defaultFloat: 'F32', floatModes: ['F32'], rangeSteps: [], tolerance: { F32: [0.999, 0.99] },
    schemes: { F32: { kind: 'float', dtype: 'f32' } },
    ops: Object.fromEntries(float.map((op) => [op, { F32: 'F32' }])),
  },
  lower: Object.fromEntries(float.map((op) => [op, keep])),
  emit: (graph, { name, model }) => ({
    files: new Map([[name + '.one', new TextEncoder().encode('one of ' + model)], [name + '.two', Uint8Array.of(2)]]),
    diagnostics: [],
  }),
}
`

/** The arrays of a file. */
export function arraysIn(file: string): ReadonlyMap<string, Tensor> {
  return decodeNpz(new Uint8Array(readFileSync(file)), [file])
}
