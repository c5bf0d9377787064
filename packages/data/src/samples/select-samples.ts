import { readdir } from 'node:fs/promises'
import { normalize, parse, resolve } from 'node:path'

import { QError } from '@q/ir'

import { fileError } from '../files/file-error.ts'
import { readBytes } from '../files/read-bytes.ts'
import { kindOfEntries, kindOfFile, noSamples, type SampleKind } from './sample-kind.ts'
import { pythonShuffle } from './shuffle.ts'

/** Where samples come from. `dataList` wins over `dataset`. */
export interface SampleChoice {
  /** A folder that is searched with its subfolders; or a sample file, which is then the only one. */
  readonly dataset?: string
  /** A text file, one entry a line; or a sample file, which is then the only one. */
  readonly dataList?: string
  /** How many to take; 0 takes all. @default 0 */
  readonly inputNum?: number
}

/** The chosen entries in order, all of one kind. */
export interface SelectedSamples {
  readonly entries: readonly string[]
  readonly kind: SampleKind
}

const seed = 1684

/** Files and folders that are no samples: a folder that holds more of them is none of samples. */
const mostOthers = 100_000

/**
 * Chooses sample files as TPU-MLIR 1.30.2 does, so that both tools calibrate on the same files in the same order.
 *
 * A folder's sample files are sorted by path (code points), shuffled as Python does with seed 1684, and the first `inputNum` taken;
 * a smaller number is therefore a prefix of a larger one. A list keeps its order.
 *
 * @throws QError `SAMPLES_NOWHERE`, `SAMPLES_NUMBER`, `SAMPLES_EMPTY`, `SAMPLES_FOLDER`, `SAMPLE_KIND`, `SAMPLES_MIXED`, `FILE_MISSING` and alike
 */
export async function selectSamples({ dataset, dataList, inputNum = 0 }: SampleChoice): Promise<SelectedSamples> {
  if (!Number.isInteger(inputNum) || inputNum < 0) {
    throw new QError('SAMPLES_NUMBER', 'the number of samples is not a count', {
      found: String(inputNum),
      wanted: 'a whole number; 0 for all',
      hint: 'correct --input_num',
      kind: 'usage',
    })
  }
  const entries = dataList ? await listedEntries(dataList) : dataset ? await shuffledFiles(dataset) : undefined
  const source = dataList || dataset
  if (entries === undefined || !source) {
    throw new QError('SAMPLES_NOWHERE', 'no samples were named', {
      found: 'neither a dataset nor a data list',
      wanted: 'one of them',
      hint: 'pass --dataset FOLDER or --data_list FILE',
      kind: 'usage',
    })
  }
  const taken = inputNum > 0 ? entries.slice(0, inputNum) : entries
  return { entries: taken, kind: kindOfEntries(taken, source) }
}

async function listedEntries(path: string): Promise<readonly string[]> {
  if (kindOfFile(path) !== undefined) return [path]
  const lines = new TextDecoder().decode(await readBytes(path, [path])).split(/\r\n|\r|\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw noSamples([path], 'an empty list')
  return lines.map((line) => line.trim())
}

async function shuffledFiles(dataset: string): Promise<readonly string[]> {
  const folder = normalize(dataset).replace(/(?<=.)\/+$/, '')
  if (resolve(dataset) === parse(resolve(dataset)).root) throw noFolderOfSamples(dataset, 'the whole file system')
  const files: string[] = []
  let seen = 0
  const visit = async (path: string): Promise<void> => {
    const found = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
      const error = fileError(cause, [path])
      if (error.code === 'FOLDER_IS_FILE' && kindOfFile(path) !== undefined) return undefined
      throw error
    })
    if (found === undefined) {
      files.push(path)
      return
    }
    for (const entry of found) {
      const child = path === '.' ? entry.name : path === '/' ? `/${entry.name}` : `${path}/${entry.name}`
      seen++
      if (seen - files.length > mostOthers)
        throw noFolderOfSamples(dataset, `more than ${mostOthers} files and folders that are no samples`)
      if (kindOfFile(child) !== undefined) files.push(child)
      if (entry.isDirectory()) await visit(child)
    }
  }
  await visit(folder)
  if (files.length === 0) throw noSamples([dataset], seen === 0 ? 'an empty folder' : `${seen} files and folders, none of them a sample`)
  return pythonShuffle(files.sort(byCodePoint), seed)
}

const noFolderOfSamples = (dataset: string, found: string): QError =>
  new QError('SAMPLES_FOLDER', 'this is no folder of samples', {
    at: [dataset],
    found,
    wanted: 'a folder with npz or npy files, or pictures, in it or in its subfolders',
    hint: 'name the folder itself, or a list of files',
    kind: 'usage',
  })

/** JavaScript's own order is by UTF-16 units, which differs beyond the basic plane. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a)
  const right = Array.from(b)
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
