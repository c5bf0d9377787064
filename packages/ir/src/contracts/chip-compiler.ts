import type { Tensor } from '../tensor/tensor.ts'
import type { Artifact } from './artifact.ts'

/** A program to run. */
export interface ProgramCall {
  /** Its path, as {@link CompilerHost.find} gave it. */
  readonly program: string
  readonly args: readonly string[]
  /** Variables beside those of the user, or in their place; `undefined` takes one away. @default none */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Folders searched for programs before the user's. @default none */
  readonly foldersFirst?: readonly string[]
}

/** How a program ended. */
export interface ProgramEnd {
  /** 0 when all went well; absent when a signal ended it. */
  readonly exitCode?: number
  /** What it printed, to the last; of more than a million characters the last million. */
  readonly output: string
}

/** A folder that exists while the work in it lasts. */
export interface WorkFolder {
  readonly path: string
  /** Runs a program in this folder to its end. @throws QError `INTERRUPTED`, and those of the file system when it cannot be started */
  run(call: ProgramCall): Promise<ProgramEnd>
  /** A file of this folder. @throws QError `FILE_MISSING` */
  read(name: string): Promise<Uint8Array>
}

/** What a family's compiler driver may do on this machine; handed in by the program that runs it. */
export interface CompilerHost {
  /** The user's environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folders in which the user's programs are looked up, in order (`PATH`). */
  readonly programFolders: readonly string[]
  /** The path of a file of this name in the first of these folders that has one; `/` separates the parts of a folder. */
  find(name: string, folders: readonly string[]): Promise<string | undefined>
  /** Runs work in a new folder that holds these files and is removed afterwards, whatever happens. */
  inFolder<Result>(files: ReadonlyMap<string, Uint8Array>, work: (folder: WorkFolder) => Promise<Result>): Promise<Result>
  /** Tells the user what is going on. */
  note(line: string): void
  /** Keeps a text, such as all that a program printed, for the user to look at, and gives the path of the file. @default nothing is kept */
  keep?(name: string, text: string): Promise<string>
}

/** What a compiler made. */
export interface CompiledModel {
  /** Content by plain file name; `Artifact.compiled` is among them. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Runs the compiled model in the chip's simulator. @param inputs network inputs by name @default there is no simulator */
  simulate?(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>
}

/** An installed toolchain of the chip's vendor. */
export interface ChipToolchain {
  /** Path of what compiles, to be shown. */
  readonly compiler: string
  /**
   * Compiles what the family emitted.
   *
   * @param options of those that {@link ChipCompiler.options} names
   * @throws QError with the compiler's last lines when it fails, `INTERRUPTED`
   */
  compile(artifact: Artifact, options?: CompilerOptions): Promise<CompiledModel>
}

/** Options of a chip's compiler by their names; a switch that is on has the empty text. */
export type CompilerOptions = Readonly<Record<string, string>>

/** The driver of a chip's own compiler. */
export interface ChipCompiler {
  /** Names of the options that it takes. @default none */
  readonly options?: readonly string[]
  /**
   * Looks for the toolchain.
   *
   * @param folder the one the user names; only there it is looked for then
   * @returns nothing when it is not installed
   * @throws QError when the named folder has none
   */
  find(host: CompilerHost, folder?: string): Promise<ChipToolchain | undefined>
  /**
   * The command lines that compile an artifact in the working directory, for a script of sh.
   *
   * @param artifact names of its files are plain: no letter in them needs quotes, none begins with `-`
   * @param model path of what they make, as plain
   * @param options of those that {@link ChipCompiler.options} names, as plain
   */
  commandLines(artifact: Artifact, model: string, options?: CompilerOptions): readonly string[]
}
