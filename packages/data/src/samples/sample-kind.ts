import { QError } from '@q/ir'

/** What the entries of a sample list are. One list holds one kind. */
export type SampleKind = 'npz' | 'npy' | 'image' | 'yuv'

const kindOfEnding: Readonly<Record<string, SampleKind>> = {
  npz: 'npz',
  npy: 'npy',
  jpg: 'image',
  bmp: 'image',
  png: 'image',
  jpeg: 'image',
  jfif: 'image',
  yuv: 'yuv',
}

/** The kind of a file by the text after the last dot of its path, in any case; `undefined` for other files. */
export function kindOfFile(path: string): SampleKind | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return Object.hasOwn(kindOfEnding, ending) ? kindOfEnding[ending] : undefined
}

/** The files of an entry: one path for each network input. */
export function entryFiles(entry: string): readonly string[] {
  return entry.split(',').map((part) => part.trim())
}

/**
 * The one kind of a list's entries: an npz, or npy files or images (one for each network input, separated by commas).
 *
 * @throws QError `SAMPLES_EMPTY`, `SAMPLE_KIND`, `SAMPLES_MIXED`
 */
export function kindOfEntries(entries: readonly string[], listName = 'sample list'): SampleKind {
  let first: { readonly kind: SampleKind; readonly entry: string } | undefined
  entries.forEach((entry, index) => {
    for (const file of entryFiles(entry)) {
      const at = [listName, `entry ${index + 1} of ${entries.length}`]
      const kind = kindOfFile(file)
      if (kind === undefined || (kind === 'npz' && file !== entry)) {
        throw new QError('SAMPLE_KIND', 'an entry is no sample file', {
          at,
          found: entry === '' ? 'a blank line' : entry,
          wanted: 'a path ending in npz; or in npy, jpg, jpeg, jfif, png, bmp, one for each network input',
          hint: entry === '' ? 'delete the line' : kind === 'npz' ? 'put all inputs into one npz' : 'correct the entry or take it out',
        })
      }
      first ??= { kind, entry }
      if (kind !== first.kind) {
        throw new QError('SAMPLES_MIXED', 'one list of samples holds files of two kinds', {
          at,
          found: `${file} (${kind}) after ${first.entry} (${first.kind})`,
          wanted: 'npz, npy or images only',
          hint: 'make one list for each kind',
        })
      }
    }
  })
  if (first === undefined) throw noSamples([listName], 'no entries')
  return first.kind
}

/** The error of an empty choice. */
export function noSamples(at: readonly string[], found: string): QError<'SAMPLES_EMPTY'> {
  return new QError('SAMPLES_EMPTY', 'there are no samples', {
    at,
    found,
    wanted: 'at least one npz, npy, jpg, jpeg, jfif, png or bmp file',
    hint: 'check the path of the dataset or list',
  })
}
