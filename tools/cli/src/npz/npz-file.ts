import type { Tensor } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import { decodeNpz, encodeNpz } from '@q/npz'
import type { Context } from '../context.ts'
import { readBytes } from '../files/read-file.ts'
import { writeFiles } from '../files/write-files.ts'

export type Tensors = ReadonlyMap<string, Tensor>

/** The arrays of an npz file. @throws QError when there is none or it is damaged */
export async function readNpz(file: string): Promise<Tensors> {
  return decodeNpz(new Uint8Array(await readBytes(file)), [file])
}

/** One array of a file. @throws QError `ARRAY_UNKNOWN` with the nearest name */
export function arrayOf(arrays: Tensors, name: string, file: string): Tensor {
  const found = arrays.get(name)
  if (found !== undefined) return found
  throw new QError('ARRAY_UNKNOWN', `there is no array ${name} in ${file}`, {
    at: [file],
    found: name,
    hint: didYouMean(name, arrays.keys(), 'npz_tool dump lists the arrays'),
  })
}

/** Writes arrays, bytes or text to a file, and says so when there was one. */
export async function save({ reporter }: Context, path: string, content: Tensors | Uint8Array | string): Promise<void> {
  const bytes = content instanceof Map ? encodeNpz(content) : (content as Uint8Array | string)
  await writeFiles(new Map([[path, bytes]]), (replaced) => reporter.note(`note: ${replaced} replaced`))
}
