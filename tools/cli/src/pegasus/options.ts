import { QError } from '@q/ir'
import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import type { Reporter } from '../console/reporter.ts'
import { parseCount, parseNumber } from '../options/parse.ts'

/** Sizes of inputs as the toolkit takes them: `3,224,224#12,1`, the batch left out unless a word says that it is there. @throws QError `ACUITY_SIZES` */
export function parseSizes(text: string, withBatch = ''): readonly (readonly number[])[] {
  const words = withBatch === '' ? [] : withBatch.split(/[,#]/)
  return text.split('#').map((sizes, i) => {
    const numbers = sizes.split(',').map(Number)
    if (numbers.length === 0 || numbers.some((size) => !Number.isInteger(size) || size < 1))
      throw new QError('ACUITY_SIZES', '--input-size-list: these are no sizes', {
        at: ['--input-size-list'],
        found: sizes,
        wanted: 'whole numbers with commas, inputs with # between them: 3,224,224#12,1',
        hint: 'correct it',
        kind: 'usage',
      })
    const has = (words[i] ?? words[0] ?? 'False').toLowerCase() === 'true'
    return has ? numbers : [1, ...numbers]
  })
}

/** The share that a batch has in a moving average. */
export function parseShare(text: string): number {
  const value = parseNumber(text)
  if (value <= 0 || value > 1) throw new InvalidArgumentError('wanted a number above 0, and 1 at most.')
  return value
}

/** How many bins a histogram has. */
export function parseBins(text: string): number {
  const value = parseCount(2)(text)
  if (!Number.isInteger(Math.log2(value)) || value > mostBins) throw new InvalidArgumentError(`wanted a power of two, ${mostBins} at most.`)
  return value
}

/** The same as a power of two. */
export function parseBits(text: string): number {
  const value = parseCount(1)(text)
  if (2 ** value > mostBins) throw new InvalidArgumentError(`wanted a whole number from 1 to ${Math.log2(mostBins)}.`)
  return value
}

const mostBins = 2 ** 16

/** Where the toolkit may compute: this program has the processor alone. */
export const deviceOption = (): Option => new Option('--device <word>', 'where to compute: the processor of this machine').choices(['CPU'])

/** Names the options that were given although nothing asks for them. @param idle by the option's attribute, why it has no effect */
export function noteIdle(command: Command, idle: Readonly<Record<string, string | undefined>>, { note }: Pick<Reporter, 'note'>): void {
  for (const option of command.options) {
    const why = idle[option.attributeName()]
    if (why !== undefined && command.getOptionValueSource(option.attributeName()) === 'cli')
      note(`note: ${option.long} has no effect ${why}`)
  }
}
