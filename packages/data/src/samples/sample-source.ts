import { QError, type SampleSource, type Tensor } from '@q/ir'

import { usualMostBytes } from '../files/limits.ts'
import { asInput, stacked } from './input-tensor.ts'
import { readNpy, readNpz } from './read-arrays.ts'
import { readImages } from './read-images.ts'
import type { SampleInput } from './sample-input.ts'
import { entryFiles, kindOfEntries } from './sample-kind.ts'

/** How entries become samples. */
export interface SampleSourceOptions {
  /**
   * `batch`: npz entries of one row are joined until the network's batch is full, an incomplete rest is dropped (calibration).
   * `entry`: every npz entry is a sample (evaluation). Images are always joined, npy files never.
   * @default 'batch'
   */
  readonly grouping?: 'batch' | 'entry'
  /** What the list is called in messages. @default 'sample list' */
  readonly listName?: string
  /** What a file may take in memory; a quarter of it what a picture or the arrays of an archive may be unpacked to. @default 4 GiB */
  readonly mostBytes?: number
}

/** The tensors of one sample from the entries that make it. */
type LoadSample = (indices: readonly number[]) => Promise<readonly Tensor[]>

/**
 * Samples from the entries of a list: images, npz or npy files, several files of an entry separated by commas, one for each network input.
 *
 * The batch is the leading axis of the first input. Image entries are joined to batches, the list being filled up with copies of its last
 * entry. Every file is read when its sample is asked for, so memory does not grow with the list. TPU-MLIR 1.30.2 behaviour, with
 * shapes checked.
 *
 * @throws QError `SAMPLES_EMPTY`, `SAMPLE_KIND`, `SAMPLES_MIXED`, `SAMPLE_INPUTS`; `load` throws `SAMPLE_SHAPE`, `SAMPLE_NAME`,
 *   `SAMPLE_INDEX`, and what decoding a file throws
 */
export async function createSampleSource(
  entries: readonly string[],
  inputs: readonly SampleInput[],
  { grouping = 'batch', listName = 'sample list', mostBytes = usualMostBytes }: SampleSourceOptions = {},
): Promise<SampleSource> {
  const kind = kindOfEntries(entries, listName)
  const place = (index: number): readonly string[] => [listName, `entry ${index + 1} of ${entries.length}`, entries[index]!]
  const batch = Math.max(1, inputs[0]?.shape[0] ?? 1)

  if (kind === 'yuv') {
    throw new QError('SAMPLE_KIND', 'raw YUV files are not supported', {
      at: place(0),
      found: entries[0]!,
      wanted: 'images, npz or npy files',
      hint: 'convert the files to PNG, or to npz of network inputs',
    })
  }
  if (kind !== 'npz') checkFileCounts(entries, inputs, place)

  if (kind === 'image') {
    const groups = inGroups(
      entries.map((_, index) => index),
      batch,
    )
    const last = groups.at(-1)!
    while (last.length < batch) last.push(entries.length - 1)
    return sourceOf(groups, entries, inputs, async (indices) =>
      Promise.all(
        inputs.map(async (input, i) =>
          readImages(
            indices.map((index) => ({ path: entryFiles(entries[index]!)[i]!, at: place(index) })),
            input,
            mostBytes,
          ),
        ),
      ),
    )
  }
  if (kind === 'npy') {
    return sourceOf(
      entries.map((_, index) => [index]),
      entries,
      inputs,
      async ([index = 0]) => {
        const files = entryFiles(entries[index]!)
        return Promise.all(inputs.map(async (input, i) => asInput(await readNpy(files[i]!, place(index), mostBytes), input, place(index))))
      },
    )
  }
  const load: LoadSample = async (indices) => {
    const last = indices.at(-1)!
    if (indices.length === 1) {
      const arrays = await readNpz(entries[last]!, inputs, place(last), mostBytes)
      return inputs.map((input, i) => asInput(arrays[i]!, input, place(last)))
    }
    const rows: (readonly Tensor[])[] = []
    for (const index of indices) rows.push(await readNpz(entries[index]!, inputs, place(index), mostBytes))
    return inputs.map((input, i) => {
      const arrays = rows.map((row) => row[i]!)
      return (arrays.at(-1)!.shape[0] ?? 1) > 1 ? asInput(arrays.at(-1)!, input, place(last)) : stacked(arrays, input, place(last))
    })
  }
  const groups =
    grouping === 'entry' || batch === 1 ? entries.map((_, index) => [index]) : await npzGroups(entries, { inputs, batch, place, mostBytes })
  if (groups.length === 0) {
    throw new QError('SAMPLES_EMPTY', 'the entries do not fill one batch', {
      at: [listName],
      found: `${entries.length} npz files of one row`,
      wanted: `at least ${batch}`,
      hint: 'give more samples, or import the model with batch 1',
    })
  }
  return sourceOf(groups, entries, inputs, load)
}

function sourceOf(
  groups: readonly (readonly number[])[],
  entries: readonly string[],
  inputs: readonly SampleInput[],
  load: LoadSample,
): SampleSource {
  return {
    count: groups.length,
    describe: (index) => (groups[index] ?? []).map((entry) => entries[entry]).join(', '),
    async load(index) {
      const group = groups[index]
      if (group === undefined) {
        throw new QError('SAMPLE_INDEX', 'there is no such sample', {
          found: String(index),
          wanted: `0 to ${groups.length - 1}`,
          hint: 'ask for a smaller index',
          kind: 'usage',
        })
      }
      const tensors = await load(group)
      return new Map(inputs.map((input, i) => [input.name, tensors[i]!]))
    },
  }
}

/** Entries whose arrays hold a whole batch stand alone, entries of one row go together; each file is looked at once, one at a time. */
async function npzGroups(
  entries: readonly string[],
  {
    inputs,
    batch,
    place,
    mostBytes,
  }: {
    readonly inputs: readonly SampleInput[]
    readonly batch: number
    readonly place: (index: number) => readonly string[]
    readonly mostBytes: number
  },
): Promise<readonly (readonly number[])[]> {
  const groups: number[][] = []
  let open: number[] = []
  for (let index = 0; index < entries.length; index++) {
    const arrays = await readNpz(entries[index]!, inputs, place(index), mostBytes)
    const isRow = inputs.some((input, i) => (input.shape[0] ?? 1) > 1 && arrays[i]!.shape[0] === 1)
    if (!isRow) {
      groups.push([index])
      continue
    }
    open.push(index)
    if (open.length === batch) {
      groups.push(open)
      open = []
    }
  }
  return groups
}

function inGroups(indices: readonly number[], size: number): number[][] {
  const groups: number[][] = []
  for (let start = 0; start < indices.length; start += size) groups.push(indices.slice(start, start + size))
  return groups
}

function checkFileCounts(entries: readonly string[], inputs: readonly SampleInput[], place: (index: number) => readonly string[]): void {
  entries.forEach((entry, index) => {
    const count = entryFiles(entry).length
    if (count === inputs.length) return
    throw new QError('SAMPLE_INPUTS', 'an entry has another number of files than the network has inputs', {
      at: place(index),
      found: `${count} files`,
      wanted: `${inputs.length} files, one for each of ${inputs.map(({ name }) => name).join(', ')}`,
      hint: 'separate the files of one sample by commas',
    })
  })
}
