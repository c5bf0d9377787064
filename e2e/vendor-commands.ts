import { copyFileSync, writeFileSync } from 'node:fs'
import { decodeNpz, encodeNpz } from '@q/npz'
import { type Finished, mustRun, q } from './run-command.ts'
import { sharedBytes, sharedPath, sharedText } from './shared.ts'

const records = 'reference/tpu-mlir-search'

/** The command lines of a folder of recorded runs of TPU-MLIR, by run. */
const commandsOf = (folder: string) =>
  JSON.parse(sharedText(records, folder, 'results.json')) as Readonly<Record<string, { readonly cmd: string }>>

/** How images became network inputs, by the name of the list in the recorded commands. */
const cifarLists: Readonly<Record<string, (pixel: number, channel: number) => number>> = {
  'cifar10_x255_first100.txt': (pixel) => pixel * 255,
  'cifar10_vit_first100.txt': (pixel, channel) =>
    Math.fround(pixel - Math.fround([0.4914, 0.4822, 0.4465][channel]!)) / Math.fround([0.2023, 0.1994, 0.201][channel]!),
}

/** The first hundred pictures of CIFAR-10 as the recorded runs had them, one file each, and their list. */
function writeCifarList(list: string, value: (pixel: number, channel: number) => number): void {
  const pictures = decodeNpz(sharedBytes('images/cifar10_images.npz'), ['cifar10_images.npz']).get('images_0_1')!.data as Float32Array
  const size = 32 * 32
  const names = Array.from({ length: 100 }, (_, index) => {
    const data = Float32Array.from({ length: 3 * size }, (_, i) => value(pictures[3 * size * index + i]!, Math.floor(i / size)))
    writeFileSync(`${index}.npz`, encodeNpz(new Map([['input', { dtype: 'f32', shape: [1, 3, 32, 32], data }]])))
    return `${index}.npz`
  })
  writeFileSync(list, `${names.join('\n')}\n`)
}

/** The words of a recorded command for the files that are here. */
function wordsOf(command: string, network: string): readonly string[] {
  const words = command.split(' ').map((word) => {
    if (word.startsWith('fixed/')) return sharedPath('models', `${network}.onnx`)
    return word.startsWith('shared/') ? sharedPath(word.slice('shared/'.length)) : word
  })
  const test = words.indexOf('--test_input')
  return [words[0]!.replace(/\.py$/, ''), ...(test < 0 ? words.slice(1) : words.slice(1, test))]
}

/** Repeats a recorded run in the working directory, its transformation first, with the tables it was given. @param more options of ours */
export async function repeatRun(folder: string, run: string, ...more: readonly string[]): Promise<Finished> {
  const network = folder.split('/')[0]!
  await mustRun(...wordsOf(commandsOf(network)['transform']!.cmd, network))
  const words = wordsOf(commandsOf(folder)[run]!.cmd, network)
  const [name, mlir, ...options] = words as readonly [string, string, ...string[]]
  for (const [list, value] of Object.entries(cifarLists)) if (words.includes(list)) writeCifarList(list, value)
  if (words.includes('--calibration_table')) copyFileSync(sharedPath(records, folder, 'kl.cali_table'), 'cali_table')
  // These two search with the table that `-o` names.
  if (words.includes('fast_search') || words.includes('mix_search'))
    copyFileSync(sharedPath(records, folder, `${run}.cali_table`), 'cali_table')
  if (words.includes('--pre_qtable')) copyFileSync(sharedPath(records, folder, `${run}.pre_qtable.txt`), 'pre_qtable.txt')
  return q(name, mlir, ...options, ...more)
}

/** What a log tells of single layers, of whole tables, and in the end. */
export interface Told {
  /** Losses alone in codes. */
  readonly ranking: ReadonlyMap<string, number>
  /** The same of `fast_search`. */
  readonly alone: ReadonlyMap<string, number>
  /** Similarities of a layer's own result. */
  readonly own: ReadonlyMap<string, number>
  /** Scores of whole tables, by method. */
  readonly scores: ReadonlyMap<string, number>
  readonly final: number
}

/** Reads a log, ours or the vendor's. */
export function toldBy(log: string): Told {
  const numbers = (pattern: RegExp) => new Map([...log.matchAll(pattern)].map(([, name, number]) => [name!, Number(number)]))
  return {
    ranking: numbers(/the layer (\S+) is \d+ sensitive layer, loss is (\S+), type/g),
    alone: numbers(/layer (\S+), outputs_cos:(\S+), outputs_snr/g),
    own: numbers(/No\.\d+\s*: Layer: (\S+)\s+Cos: (\S+)/g),
    scores: new Map(
      [...(/similarity scores: (.*)|snr.* scores: (.*)/.exec(log)?.[0] ?? '').matchAll(/'(\w+)': ([\d.]+)/g)].map(([, name, score]) => [
        name!,
        Number(score),
      ]),
    ),
    final: Number(/mix model outputs_cos: ?(\S+)\n/.exec(log.slice(log.indexOf('>>>run result:')))?.[1] ?? Number.NaN),
  }
}

/** The log of a recorded run. */
export const recordedLog = (folder: string, run: string, file: string): Told => toldBy(sharedText(records, folder, `${run}.${file}.log`))

/** How many layers a recorded run keeps in float. */
export const recordedFloats = (folder: string, run: string): number => rowsOf(sharedText(records, folder, `${run}.qtable`))

/** How many rows a quantization table has. */
export const rowsOf = (table: string): number => table.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
