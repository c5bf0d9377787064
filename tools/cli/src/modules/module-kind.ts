/** The code of an error and what it says. */
export type ModuleError = readonly [code: string, message: string]

/** A kind of thing that modules of the user's bring: how it is told from anything else, and what errors about it are called. */
export interface ModuleKind {
  /** `back end` */
  readonly noun: string
  /** Codes of errors, and what they say where that differs from kind to kind. */
  readonly errors: {
    /** The module does not run. */
    readonly unrunnable: ModuleError
    /** It exports something else. */
    readonly invalid: string
    /** What it brings failed while it worked. */
    readonly failed: string
    /** Options were given to what takes none. */
    readonly options: ModuleError
  }
  /** Names, in order, of the one export among several that is meant. @default none */
  exportNames?(exports: Readonly<Record<string, unknown>>): readonly string[]
  /** The same in words, behind what is wanted. */
  readonly exportHint?: string
  /** What keeps a value from being one, each in words; nothing for one that can be used. */
  defects(value: unknown): readonly string[]
}

/** Code of the user's: what kind it is, and where it came from. */
export interface ForeignCode {
  readonly kind: ModuleKind
  /** How the user named the module. */
  readonly word: string
  /** Its file. */
  readonly file: string
  /** How what it brings calls itself. @default after the module */
  readonly name?: string
}
