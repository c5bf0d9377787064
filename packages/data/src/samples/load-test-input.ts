import { QError, type Tensor } from '@q/ir'

import { usualMostBytes } from '../files/limits.ts'
import { asInput } from './input-tensor.ts'
import { readNpy, readNpz } from './read-arrays.ts'
import { readImages } from './read-images.ts'
import type { SampleInput } from './sample-input.ts'
import { entryFiles, kindOfFile } from './sample-kind.ts'

/**
 * One sample for a test run: an npz with the inputs' names, or one image or npy file for each network input, separated by commas.
 *
 * A network with one input takes an npz with a single array of any name, and as many images as its batch has rows. An image is repeated to
 * fill the batch. Infinite and undefined numbers are handed on.
 *
 * @param mostBytes what a file may take in memory; a quarter of it what a picture or the arrays of an archive may be unpacked to
 * @throws QError `TEST_INPUT_KIND`, `SAMPLE_INPUTS`, `SAMPLE_SHAPE`, `SAMPLE_NAME`, and what decoding a file throws
 */
export async function loadTestInput(
  source: string,
  inputs: readonly SampleInput[],
  mostBytes = usualMostBytes,
): Promise<Map<string, Tensor>> {
  const files = entryFiles(source)
  const kinds = files.map((file) => {
    const kind = kindOfFile(file)
    if (kind !== undefined && kind !== 'yuv' && (kind !== 'npz' || files.length === 1)) return kind
    throw new QError('TEST_INPUT_KIND', 'a file cannot be used as test input', {
      at: [source],
      found: file === '' ? 'an empty name' : file,
      wanted: 'one npz; or npy, jpg, jpeg, jfif, png, bmp files, one for each network input',
      hint: kind === 'npz' ? 'put all inputs into one npz' : 'give a file of one of these kinds',
      kind: 'usage',
    })
  })
  const [first] = inputs
  if (kinds[0] === 'npz') {
    const arrays = await readNpz(source, inputs, [source], mostBytes)
    return new Map(inputs.map((input, i) => [input.name, asInput(arrays[i]!, input, [source, input.name])]))
  }
  if (inputs.length === 1 && first !== undefined && files.length > 1 && kinds.every((kind) => kind === 'image')) {
    return new Map([
      [
        first.name,
        await readImages(
          files.map((path) => ({ path, at: [path] })),
          first,
          mostBytes,
        ),
      ],
    ])
  }
  if (files.length !== inputs.length) {
    throw new QError('SAMPLE_INPUTS', 'the test input has another number of files than the network has inputs', {
      at: [source],
      found: `${files.length} files`,
      wanted: `${inputs.length} files, one for each of ${inputs.map(({ name }) => name).join(', ')}`,
      hint: 'separate the files by commas, or put all inputs into one npz',
      kind: 'usage',
    })
  }
  const tensors = await Promise.all(
    inputs.map(async (input, i): Promise<[string, Tensor]> => {
      const path = files[i]!
      const at = [path, `input ${input.name}`]
      return [
        input.name,
        kinds[i] === 'npy' ? asInput(await readNpy(path, at, mostBytes), input, at) : await readImages([{ path, at }], input, mostBytes),
      ]
    }),
  )
  return new Map(tensors)
}
