import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { QError } from '@q/ir'

/**
 * The path of a file that holds weights of a model: it lies below the model's folder, links followed. Of a model that is a link itself
 * (caches of downloads keep them so) the folder that it leads to counts too.
 *
 * @throws QError `ONNX_EXTERNAL_DATA` for a file that a link leads to from elsewhere
 */
export async function externalFile(model: string, location: string): Promise<string> {
  const path = join(dirname(model), location)
  const [file, folder, original] = await Promise.all([path, dirname(model), model].map((each) => realpath(each).catch(() => undefined)))
  const folders = [folder, original && dirname(original)]
  // What is not there is told of where it is read.
  if (file === undefined || folders.some((each) => each !== undefined && isBelow(each, file))) return path
  throw new QError('ONNX_EXTERNAL_DATA', "external data outside of the model's folder is not read", {
    at: [model],
    found: `${location}, a link to ${file}`,
    wanted: "a file below the model's folder",
    hint: 'put the file itself beside the model',
  })
}

function isBelow(folder: string, file: string): boolean {
  const way = relative(folder, file)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
