import { didYouMean, QError, type Tensor } from '@q/ir'
import { decodeNpy, type NpzReader, openNpz } from '@q/npz'

import { unpackedBytes, usualMostBytes } from '../files/limits.ts'
import { readBytes } from '../files/read-bytes.ts'
import type { SampleInput } from './sample-input.ts'

/** The bytes of a file with arrays. @throws QError `FILE_EMPTY`, and as `readBytes` */
async function readArrayBytes(path: string, at: readonly string[], mostBytes: number): Promise<Uint8Array> {
  const bytes = await readBytes(path, at, mostBytes)
  if (bytes.length > 0) return bytes
  throw new QError('FILE_EMPTY', 'the file is empty', {
    at,
    found: '0 bytes',
    wanted: 'an npz or npy file',
    hint: 'write the file again, or take it out of the list',
  })
}

/** One npy file. @throws QError as `decodeNpy` */
export async function readNpy(path: string, at: readonly string[], mostBytes = usualMostBytes): Promise<Tensor> {
  return decodeNpy(await readArrayBytes(path, at, mostBytes), at)
}

/**
 * The arrays of an npz file for the given inputs, in their order. A network with one input takes the file's only array, whatever its name.
 *
 * @throws QError `SAMPLE_NAME` for a missing array, and as `decodeNpz`
 */
export async function readNpz(
  path: string,
  inputs: readonly SampleInput[],
  at: readonly string[],
  mostBytes = usualMostBytes,
): Promise<readonly Tensor[]> {
  const npz = openNpz(await readArrayBytes(path, at, mostBytes), at, unpackedBytes(mostBytes))
  const [only] = npz.names
  if (inputs.length === 1 && npz.names.length === 1 && only !== undefined) return [npz.read(only)]
  return inputs.map(({ name }) => {
    if (npz.names.includes(name)) return npz.read(name)
    throw missing(npz, name, at)
  })
}

function missing({ names }: NpzReader, name: string, at: readonly string[]): QError<'SAMPLE_NAME'> {
  return new QError('SAMPLE_NAME', `the npz file has no array for the network input ${name}`, {
    at,
    found: names.length === 0 ? 'no arrays' : names.slice(0, 12).join(', ') + (names.length > 12 ? `, … (${names.length} in all)` : ''),
    wanted: name,
    hint: didYouMean(name, names, `save the array under the name ${name}`),
  })
}
