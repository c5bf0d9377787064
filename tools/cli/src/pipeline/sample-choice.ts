import { stat } from 'node:fs/promises'
import { fileError } from '../files/file-errors.ts'

/** A path to samples as the choice it stands for: a folder is searched, a file is a list. @throws QError `FILE_MISSING` */
export async function sampleChoice(path: string): Promise<{ readonly dataset: string } | { readonly dataList: string }> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    async (error: unknown) => {
      throw await fileError(error, path, 'read')
    },
  )
  return isFolder ? { dataset: path } : { dataList: path }
}
