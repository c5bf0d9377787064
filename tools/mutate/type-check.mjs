import { join } from 'node:path'
import ts from 'typescript'

/** Codes of "declared but never used" and of unreachable code: style, and not a reason to refuse a mutant. */
const harmless = new Set([6133, 6138, 6192, 6196, 6198, 7027])

/** Tells whether the compiler refuses a changed source; such a mutant cannot be written, so no test has to notice it. */
export function typeChecker(root) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const changed = new Map()
  const versions = new Map()
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (name) => String(versions.get(name) ?? 0),
    getScriptSnapshot(name) {
      const text = changed.get(name) ?? ts.sys.readFile(name)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  })
  const set = (name, text) => {
    if (text === undefined) changed.delete(name)
    else changed.set(name, text)
    versions.set(name, (versions.get(name) ?? 0) + 1)
  }
  return function refusal({ path, text }) {
    const name = join(root, path)
    set(name, text)
    const found = [...service.getSyntacticDiagnostics(name), ...service.getSemanticDiagnostics(name)].find(
      ({ category, code }) => category === ts.DiagnosticCategory.Error && !harmless.has(code),
    )
    set(name, undefined)
    return found && ts.flattenDiagnosticMessageText(found.messageText, ' ')
  }
}
