/** Letters, digits and signs that mean nothing to sh, wherever they stand. */
export const plainWord: RegExp = /^[A-Za-z0-9_.,:/@%+=-]+$/

/** A text as one word of a command line for sh, in quotes where it needs them. */
export const shellWord = (text: string): string => (plainWord.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)

/** The same of the path of a file, which no command takes for an option. */
export const shellPath = (path: string): string => shellWord(path.startsWith('-') ? `./${path}` : path)
