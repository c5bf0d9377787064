import { dirname, join } from 'node:path'
import type { ArtifactNames } from '@q/ir'
import type { Context } from '../context.ts'

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
}

/**
 * Where the files of an artifact go: the model file to where the user wants the model, the others into the working
 * directory; all together to where the user wants the model when none of them stands for it.
 */
export function placeFiles({ files, model, compiled }: ArtifactNames, wishes: PlacementWishes): ArtifactPlaces {
  const wanted = wishes.model
  const folder = wanted === undefined ? '.' : dirname(wanted)
  const split = model !== undefined || compiled !== undefined
  const placeOf = (name: string): string => {
    if (name === model && wishes.keepName === true && wanted !== undefined) return wanted
    return name === model || !split ? join(folder, name) : name
  }
  const paths = new Map(files.map((name) => [name, placeOf(name)]))
  return { paths, ...(compiled === undefined ? {} : { compiled: join(folder, compiled) }) }
}

/** Writes files of an artifact to their places, all or none. @returns their paths */
export async function writeArtifact(
  files: ReadonlyMap<string, Uint8Array>,
  { paths }: ArtifactPlaces,
  run: Context,
): Promise<readonly string[]> {
  const placed = new Map([...files].map(([name, bytes]) => [paths.get(name)!, bytes]))
  await run.files.write(placed)
  return [...placed.keys()]
}
