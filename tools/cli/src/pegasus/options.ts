import { QError } from '@q/ir'

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
