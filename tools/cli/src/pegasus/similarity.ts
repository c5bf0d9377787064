import { QError } from '@q/ir'
import type { DefineCommand } from '../commands/command.ts'
import { numbersOfFile, portOf, readMeta } from './nbg-ports.ts'

/** How alike two lists of numbers are. */
export interface TensorLikeness {
  readonly cosine: number
  /** The length of their difference. */
  readonly euclidean: number
  readonly largest: number
  /** The length of their difference over that of the first. */
  readonly relative: number
}

/** Cosine, distance, largest and relative error; 1 and 0 for two that are zero throughout. */
export function likeness(a: ArrayLike<number>, b: ArrayLike<number>): TensorLikeness {
  let [dot, ofA, ofB, apart, largest] = [0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    dot += x * y
    ofA += x * x
    ofB += y * y
    apart += (x - y) ** 2
    largest = Math.max(largest, Math.abs(x - y))
  }
  const cosine = ofA === 0 && ofB === 0 ? 1 : ofA === 0 || ofB === 0 ? 0 : dot / Math.sqrt(ofA * ofB)
  return { cosine, euclidean: Math.sqrt(apart), largest, relative: apart === 0 ? 0 : Math.sqrt(apart / ofA) }
}

/** `pegasus compute_tensor_similarity`: two `.tensor` files beside each other. */
export const defineSimilarity: DefineCommand = (pegasus, start) => {
  pegasus
    .command('compute_tensor_similarity <tensor> <other>')
    .alias('compute_tensor_similarity.py')
    .description('how alike two .tensor files are: cosine, distance, largest and relative error')
    .option('--nbg-meta <file>', 'what codes stand for: those of .qnt.tensor, .dat and .bin files, as the binary makes them')
    .option('--port <lid>', 'the input or output of --nbg-meta that the files are of; its only output when absent')
    .option('--json', 'print JSON events, one a line')
    .action((first: string, second: string, options: { readonly nbgMeta?: string; readonly port?: string }) =>
      start(async ({ files, reporter }) => {
        const meta = await readMeta(options.nbgMeta, files)
        const port = meta === undefined ? undefined : portOf(meta, options.port, options.nbgMeta!)
        const [a, b] = [await numbersOfFile(first, port, files), await numbersOfFile(second, port, files)]
        if (a.length !== b.length || a.length === 0)
          throw new QError('TENSOR_SIZES', 'these tensors cannot be compared', {
            at: [first, second],
            found: `${a.length} and ${b.length} numbers`,
            wanted: 'as many numbers in both, and some',
            hint: 'give two files of one layer',
          })
        const lost = [a, b].map((numbers) => Array.from(numbers).filter((each) => !Number.isFinite(each)).length)
        const strange = [first, second].filter((_, i) => lost[i]! > 0)
        if (strange.length > 0)
          throw new QError('TENSOR_NOT_FINITE', 'tensors that hold NaN or infinities cannot be compared', {
            at: strange,
            found: `${lost[0]! + lost[1]!} numbers that are none`,
            wanted: 'finite numbers',
            hint: 'look for the layer that makes them: q pegasus dump writes what every layer makes',
          })
        const { cosine, euclidean, largest, relative } = likeness(a, b)
        reporter.print(`euclidean_distance ${euclidean}`)
        reporter.print(`cos_similarity ${cosine.toFixed(6)}`)
        reporter.print(`largest_error ${largest}`)
        reporter.print(`relative_error ${relative}`)
        reporter.event('similarity', { cosine, euclidean, largest, relative })
        return undefined
      }),
    )
}
