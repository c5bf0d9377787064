import { relative } from 'node:path'
import ts from 'typescript'
import { repository } from './packed-folders.ts'

/** The two ways in which a consumer's compiler finds packages that are ES modules. */
export const resolutions = {
  /** A program for Node, which knows no browser. */
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16, lib: ['lib.es2023.d.ts'] },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'] },
} satisfies Readonly<Record<string, ts.CompilerOptions>>

/** A consumer's settings, none of this repository's: strict, declarations of packages checked as well. */
const consumer: ts.CompilerOptions = {
  strict: true,
  skipLibCheck: false,
  target: ts.ScriptTarget.ES2023,
  typeRoots: [`${repository}/node_modules/@types`],
  types: ['node'],
  rewriteRelativeImportExtensions: true,
}

/**
 * Type-checks `files`, each with the packages that it finds from its own folder: errors as `path(line): message`, with paths from `root`. One program
 * reads all, so that what they share is read once; with `emit` it writes `.js` beside them. The compiler reads a package that stands in several folders once, in the folder of the file that comes first.
 */
export function compile(
  root: string,
  files: readonly string[],
  options: { readonly resolution: keyof typeof resolutions; readonly emit?: boolean; readonly skipLibCheck?: boolean },
): readonly string[] {
  const { resolution, emit = false, skipLibCheck = false } = options
  const settings = { ...consumer, ...resolutions[resolution], skipLibCheck, noEmit: !emit }
  const program = ts.createProgram([...files], settings)
  const found = ts.getPreEmitDiagnostics(program)
  if (emit) program.emit()
  return found.map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n')
    if (file === undefined) return text
    return `${relative(root, file.fileName)}(${file.getLineAndCharacterOfPosition(start).line + 1}): ${text}`
  })
}
