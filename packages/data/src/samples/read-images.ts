import { elementCount, QError, type Tensor } from '@q/ir'

import { usualMostBytes } from '../files/limits.ts'
import { decodeImage } from '../image/decode-image.ts'
import { decodedFormat, imageLayout, preprocessImage } from '../image/preprocess-image.ts'
import type { SampleInput } from './sample-input.ts'

/** An image file and where it was named. */
export interface ImageFile {
  readonly path: string
  readonly at: readonly string[]
}

/**
 * Image files as one network input, one file a row; a single file is repeated to fill the batch.
 *
 * @throws QError as `decodeImage` and `preprocessImage`; `SAMPLE_SHAPE` for a wrong number of files
 */
export async function readImages(files: readonly ImageFile[], input: SampleInput, mostBytes = usualMostBytes): Promise<Tensor> {
  const { batch, preprocess } = imageLayout(input)
  if (files.length !== batch && files.length !== 1) {
    throw new QError('SAMPLE_SHAPE', `the network input ${input.name} takes another number of images`, {
      at: files[0]?.at ?? [],
      found: `${files.length} images`,
      wanted: `${batch} images`,
      hint: 'give as many images as the batch has rows',
    })
  }
  const format = decodedFormat(preprocess)
  const rows = await Promise.all(
    files.map(async ({ path, at }) => preprocessImage(await decodeImage(path, format, at, mostBytes), input, mostBytes)),
  )
  const data = preprocess.picture === undefined ? new Float32Array(elementCount(input.shape)) : new Uint8Array(elementCount(input.shape))
  const rowLength = data.length / batch
  for (let i = 0; i < batch; i++) data.set(rows[rows.length === 1 ? 0 : i]!, i * rowLength)
  return { dtype: preprocess.picture === undefined ? 'f32' : 'u8', shape: input.shape, data }
}
