import { unpackedBytes } from '@q/data'
import type { Tensor } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import { decodeNpz, encodeNpz } from '@q/npz'
import type { Context } from '../context.ts'

export type Tensors = ReadonlyMap<string, Tensor>

/** The arrays of an npz file. @throws QError when there is none or it is damaged */
export async function readNpz({ files }: Context, file: string): Promise<Tensors> {
  return decodeNpz(await files.read(file), [file], unpackedBytes(files.mostBytes))
}

/** One array of a file. @throws QError `ARRAY_UNKNOWN` with the nearest name */
export function arrayOf(arrays: Tensors, name: string, file: string): Tensor {
  const found = arrays.get(name)
  if (found !== undefined) return found
  throw new QError('ARRAY_UNKNOWN', `there is no array ${name} in ${file}`, {
    at: [file],
    found: name,
    wanted: 'the name of an array in it',
    hint: didYouMean(name, arrays.keys(), 'npz_tool dump lists the arrays'),
  })
}

/** Writes arrays, bytes or text to a file that is no input, and says so when there was one. @throws QError `FILE_TAKEN`, … */
export async function save({ files }: Context, path: string, content: Tensors | Uint8Array | string): Promise<void> {
  await files.write(new Map([[path, content instanceof Map ? encodeNpz(content) : (content as Uint8Array | string)]]))
}

/** Writes the arrays of a file that was read back to it, changed. */
export async function saveChanged({ files }: Context, path: string, arrays: Tensors): Promise<void> {
  await files.rewrite(path, encodeNpz(arrays))
}
