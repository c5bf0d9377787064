import type { Diagnostic } from '../errors.ts'
import { QError } from '../errors.ts'
import type { Graph } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { BoundaryTypes } from './boundary.ts'

/** The files of a quantized graph, as its chip family named and made them. */
export interface Artifact {
  /** Content by name. Names are plain file names, never paths; {@link checkArtifact} says which are refused. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /**
   * The file that stands for the whole model. The caller puts it where the user wants the model and writes it last; the others
   * go into the working directory. @default none: all files go, together, to where the user wants the model
   */
  readonly model?: string
  /** Only this project's runner executes the model file: no chip takes it. @default false */
  readonly portable?: boolean
  /** Name of the model file that the family's compiler makes of the other files. @default there is nothing to compile */
  readonly compiled?: string
  /** What `emit` was told of the types at the boundary, for the compiler; a family that does not say so has not heeded it. @default float32 numbers */
  readonly boundary?: BoundaryTypes
  readonly diagnostics: readonly Diagnostic[]
}

/** What an emitter is told beside the quantized graph, whose properties say chip, mode and symmetry. */
export interface EmitOptions {
  /** Stem for file names: that of the file the user wants, else the network's name. */
  readonly name: string
  /** Plain name of the file the user wants the model in, `net.bmodel`. @default the family names it */
  readonly model?: string
  /** Single layers have modes of their own, by a table of the user's. @default false */
  readonly planned?: boolean
  /** The family's compiler is at hand and makes the model file of the other files. @default false */
  readonly compiling?: boolean
  /** Types of inputs and results. @default float32 numbers */
  readonly boundary?: BoundaryTypes
  /** Seconds since 1970, written as the time of creation. */
  readonly time: number
}

/** What a back end is told of files that it will make, before there is a quantized graph. */
export interface FileNaming {
  /** Name of the network. */
  readonly name: string
  /** Mode of the whole model. */
  readonly mode: QuantMode
  /** Codes with zero points. */
  readonly asymmetric: boolean
}

/** The names of the files of an {@link Artifact}, before they are made. */
export interface ArtifactNames extends Pick<Artifact, 'model' | 'compiled'> {
  /** Files that `emit` makes; it may leave some out. */
  readonly files: readonly string[]
}

/** Reads model files of a family back, for a runner on this machine. */
export interface ModelReader {
  /** Endings of the names of these files, lower case, with the dot: `.qbmodel`. */
  readonly endings: readonly string[]
  /**
   * @param place the file's name, for messages
   * @param readBeside the bytes of another file of the same folder, by its plain name
   * @throws QError when the file is damaged, or holds only what a chip can run
   */
  read(bytes: Uint8Array, place: string, readBeside: (name: string) => Promise<Uint8Array>): Graph | Promise<Graph>
  /**
   * What a file says of itself, as text: names, shapes and types of inputs and outputs, what else is in it. It also takes files that only a chip can run.
   *
   * @default the files of the family are not described
   * @throws QError when the file is damaged
   */
  describe?(bytes: Uint8Array, place: string): string
}

/** Names that Windows keeps for devices, whatever ending follows. */
const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

/** Most bytes of a file name that every usual file system takes. */
const longestName = 255

/** What is wrong with a file name, or nothing: it has to be one plain name on every system. */
function fileNameDefect(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (/[/\\]/.test(name) || /^[a-z]:/i.test(name)) return 'it is a path'
  if (/^\.+$/.test(name)) return 'it names a folder'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'it holds a control character'
  if (/^\s|[\s.]$/.test(name)) return 'it begins or ends with what some systems cut off'
  if (devices.test(name)) return 'it is the name of a device on some systems'
  if (new TextEncoder().encode(name).length > longestName) return `it is longer than ${longestName} bytes`
  return undefined
}

/**
 * Checks that an artifact can be written as it is.
 *
 * File names are plain: no separators, no `..`, no drive, no control character, no device name, at most 255 bytes, and no two
 * that differ only in case or in the composition of letters, which many file systems take for one.
 *
 * @param place who made it, for messages
 * @throws QError `ARTIFACT_EMPTY` without any file, `ARTIFACT_NAME`, `ARTIFACT_TWICE`, `ARTIFACT_CONTENT`, `ARTIFACT_MODEL`
 */
export function checkArtifact({ files, model, compiled }: Artifact, place: string): void {
  if (files.size === 0) {
    throw new QError('ARTIFACT_EMPTY', 'no file was made', {
      at: [place],
      found: 'an empty Map of files',
      wanted: 'one file or more',
      hint: 'put what the chip takes into files in emit of the back end',
    })
  }
  const seen = new Map<string, string>()
  const checkName = (name: string): void => {
    const defect = fileNameDefect(name)
    if (defect !== undefined) {
      throw new QError('ARTIFACT_NAME', `the file name ${JSON.stringify(name)} cannot be used: ${defect}`, {
        at: [place],
        found: name,
        wanted: 'a plain file name',
        hint: 'name the network or the model otherwise, or correct emit of the back end',
      })
    }
    const same = name.normalize('NFC').toLowerCase()
    const other = seen.get(same)
    if (other !== undefined) {
      throw new QError(
        'ARTIFACT_TWICE',
        other === name ? `two files would be named ${name}` : `two files would have one name: ${other} and ${name}`,
        {
          at: [place],
          found: name,
          wanted: other === name ? 'a name of its own for each file' : 'names that differ in more than case',
          hint: 'name the network or the model otherwise, or correct emit of the back end',
        },
      )
    }
    seen.set(same, name)
  }
  for (const [name, bytes] of files) {
    checkName(name)
    if (bytes instanceof Uint8Array) continue
    throw new QError('ARTIFACT_CONTENT', `the file ${name} is not made of bytes`, {
      at: [place],
      found: typeof bytes,
      wanted: 'a Uint8Array',
      hint: 'encode texts with TextEncoder in emit of the back end',
    })
  }
  if (compiled !== undefined) checkName(compiled)
  if (model === undefined || files.has(model)) return
  throw new QError('ARTIFACT_MODEL', `the file ${model} is to stand for the model but was not made`, {
    at: [place],
    found: [...files.keys()].join(', '),
    wanted: model,
    hint: 'name one of the files as model in emit of the back end',
  })
}
