import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Artifact } from '@q/ir'
import { QError } from '@q/ir'
import type { Context } from '../context.ts'
import { writeFiles } from '../files/write-files.ts'

/** Where the files of an artifact go. */
export interface ArtifactPlaces {
  /** Path by file name. */
  readonly paths: ReadonlyMap<string, string>
  /** Path of the model file that the chip's compiler makes. */
  readonly compiled?: string
}

/** What decides where the files of an artifact go. */
export interface PlacementWishes {
  /** Path the user gave for the model. @default the working directory, under the family's name */
  readonly model?: string
  /** Put the model file at that very path, whatever the family calls it. @default false */
  readonly keepName?: boolean
  /** Files that this run reads or has written, which the artifact must not replace. */
  readonly taken: readonly string[]
}

/**
 * Where the files of an artifact go: the model file to where the user wants the model, the others into the working
 * directory; all together to where the user wants the model when none of them stands for it.
 *
 * @throws QError `FILE_TAKEN` when one would replace a file of this run, or two meet
 */
export async function placeFiles({ files, model, compiled }: Artifact, wishes: PlacementWishes): Promise<ArtifactPlaces> {
  const wanted = wishes.model
  const folder = wanted === undefined ? '.' : dirname(wanted)
  const split = model !== undefined || compiled !== undefined
  const paths = new Map<string, string>()
  const taken = new Map<string, string>()
  for (const path of wishes.taken) taken.set(await realPath(path), path)
  for (const name of files.keys()) {
    const beside = name === model || !split
    const path = name === model && wishes.keepName === true && wanted !== undefined ? wanted : beside ? join(folder, name) : name
    const place = await realPath(path)
    const other = taken.get(place)
    if (other !== undefined) {
      throw new QError('FILE_TAKEN', `the chip's file ${name} would replace ${other}`, {
        at: [path],
        found: `${other}, which this run reads or has written`,
        wanted: 'a name of its own',
        hint: 'name the network or the model otherwise',
        kind: 'usage',
      })
    }
    taken.set(place, path)
    paths.set(name, path)
  }
  return { paths, ...(compiled === undefined ? {} : { compiled: join(folder, compiled) }) }
}

/** One spelling for every path that leads to a file, which may not be there yet. */
async function realPath(path: string): Promise<string> {
  const whole = resolve(path)
  return realpath(whole).catch(() =>
    realpath(dirname(whole)).then(
      (folder) => join(folder, basename(whole)),
      () => whole,
    ),
  )
}

/** Writes files of an artifact to their places, all or none. @returns their paths */
export async function writeArtifact(
  files: ReadonlyMap<string, Uint8Array>,
  { paths }: ArtifactPlaces,
  { reporter }: Context,
): Promise<readonly string[]> {
  const placed = new Map([...files].map(([name, bytes]) => [paths.get(name)!, bytes]))
  await writeFiles(placed, (path) => reporter.note(`note: ${path} replaced`))
  return [...placed.keys()]
}
