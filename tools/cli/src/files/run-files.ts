import type { FilePart } from '@q/data'
import { usualMostBytes } from '@q/data'
import { QError } from '@q/ir'
import type { Place } from './place.ts'
import { checkWritable, identityOf, placeOf, stillLeadsTo } from './place.ts'
import { readBytes } from './read-file.ts'
import type { FileToWrite } from './write-files.ts'
import { writeFiles } from './write-files.ts'

/**
 * The files of one run: all reading and writing goes through here, so that no output ever replaces an input or another output, by
 * whatever path, link or second name it is reached. Outputs are claimed before the work; what is found out later is checked then.
 */
export interface RunFiles {
  /** What one file, or the tensors of one model, may take in memory. */
  readonly mostBytes: number
  /** The bytes of an input, or of a part of it. @throws QError `FILE_TAKEN` when it is also an output, `FILE_MISSING`, `FILE_FORBIDDEN`, … */
  read(path: string, part?: FilePart): Promise<Uint8Array>
  /** The text of an input in UTF-8. @throws QError as {@link RunFiles.read} */
  readText(path: string): Promise<string>
  /** The text of a plain file that may still become an input or an output; nothing where there is none. */
  peekText(path: string): Promise<string | undefined>
  /** Notes inputs that something else reads. @throws QError `FILE_TAKEN` when one is also an output */
  reads(paths: readonly string[]): Promise<void>
  /**
   * Notes outputs before the long work, and checks that they can be written.
   *
   * @returns gives them back, for an output that is written under another name in the end
   * @throws QError `FILE_TAKEN` when one is an input or another output, `FILE_MISSING` without its folder, `FILE_FORBIDDEN`, …
   */
  claim(paths: readonly string[]): Promise<() => void>
  /** Writes outputs, all or none, and names in a line each that was there before. @throws QError as {@link RunFiles.claim}, `DISK_FULL`, … */
  write(files: ReadonlyMap<string, Uint8Array | string>): Promise<void>
  /** Writes an input anew, for commands that change a file in place. @throws QError as {@link RunFiles.write} */
  rewrite(path: string, content: Uint8Array | string): Promise<void>
  /** The outputs that were written, as they were named. */
  written(): readonly string[]
  /** Whether a path leads to one of these inputs. */
  isAmong(path: string, inputs: readonly string[]): Promise<boolean>
}

/**
 * The files of a run that has none yet.
 *
 * @param note told of each file that is replaced, as a line for the user
 * @param mostBytes what of a file is read at most
 */
export function createRunFiles(note: (line: string) => void, mostBytes = usualMostBytes): RunFiles {
  /** Paths as the user gave them, by identity. */
  const inputs = new Map<string, string>()
  const claimed = new Map<string, string>()
  const written = new Map<string, string>()

  const noteInputs = async (paths: readonly string[]): Promise<void> => {
    for (const path of paths) {
      const identity = await identityOf(path)
      if (identity === undefined || (await notedAs(identity, written)) !== undefined) continue
      const output = await notedAs(identity, claimed)
      if (output !== undefined) throw taken(output, `the input ${path}`)
      inputs.set(identity, path)
    }
  }
  const checkFree = async ({ identity }: Place, path: string, others: ReadonlyMap<string, string>): Promise<void> => {
    const [input, output] = [await notedAs(identity, inputs), await notedAs(identity, others)]
    if (input !== undefined) throw taken(path, `the input ${input}`)
    if (output !== undefined) throw taken(path, `the output ${output}`)
  }
  const finish = async (files: readonly FileToWrite[]): Promise<void> => {
    await writeFiles(files)
    for (const { path, place } of files) {
      claimed.delete(place.identity)
      if (place.kind === 'special') continue
      written.set((await identityOf(place.path)) ?? place.identity, path)
      if (place.kind === 'file') note(`note: ${path} replaced`)
    }
  }
  const read = async (path: string, part?: FilePart): Promise<Uint8Array> => {
    await noteInputs([path])
    return readBytes(path, mostBytes, part)
  }

  return {
    mostBytes,
    read,
    readText: async (path) => new TextDecoder().decode(await read(path)),
    async peekText(path) {
      return (await identityOf(path)) === undefined ? undefined : new TextDecoder().decode(await readBytes(path, mostBytes))
    },
    reads: noteInputs,
    async claim(paths) {
      const made: string[] = []
      for (const path of paths) {
        const place = await placeOf(path)
        await checkWritable(place, path)
        if (place.kind === 'special') continue
        await checkFree(place, path, new Map([...written, ...claimed]))
        claimed.set(place.identity, path)
        made.push(place.identity)
      }
      return () => {
        for (const identity of made) claimed.delete(identity)
      }
    },
    async write(files) {
      const places: FileToWrite[] = []
      const now = new Map(written)
      for (const [path, content] of files) {
        const place = await placeOf(path)
        if (place.kind !== 'special') {
          await checkFree(place, path, now)
          now.set(place.identity, path)
        }
        places.push({ path, place, content })
      }
      await finish(places)
    },
    async rewrite(path, content) {
      await finish([{ path, place: await placeOf(path), content }])
    },
    written: () => [...new Set(written.values())],
    async isAmong(path, others) {
      const identity = await identityOf(path)
      if (identity === undefined) return false
      for (const other of others) if ((await identityOf(other)) === identity) return true
      return false
    },
  }
}

/** The path that was noted under an identity, where it is still that file's. */
async function notedAs(identity: string, noted: ReadonlyMap<string, string>): Promise<string | undefined> {
  const path = noted.get(identity)
  return path !== undefined && (await stillLeadsTo(path, identity)) ? path : undefined
}

function taken(output: string, other: string): QError {
  return new QError('FILE_TAKEN', `the output ${output} would replace ${other}`, {
    at: [output],
    found: `${other}, a file of this run`,
    wanted: 'a file of its own',
    hint: 'name the output, or the model that it is named after, otherwise',
    kind: 'usage',
  })
}
