import ts from 'typescript'
import { filesBelow, readText, workspacesIn } from '../workspace.mjs'

const isTest = (path) => /\.(test|test-d|bench)\.ts$/.test(path) || /\/test\//.test(path)

let cached

/** Every TypeScript source of packages/ and tools/, parsed once: path, package, imports and the places of names and strings. */
export function sources() {
  cached ??= [...workspacesIn('packages'), ...workspacesIn('tools')].flatMap((workspace) =>
    ['src', 'test'].flatMap((folder) =>
      filesBelow(`${workspace.place}/${folder}`, ['.ts']).map((path) => {
        const text = readText(path)
        const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
        return { path, workspace, text, file, test: isTest(path), imports: ts.preProcessFile(text, true, true).importedFiles }
      }),
    ),
  )
  return cached
}

export function lineOf(source, position) {
  return source.file.getLineAndCharacterOfPosition(position).line + 1
}

/** Every identifier and every piece of literal text, so comments are left out. */
export function words(source) {
  const found = []
  const visit = (node) => {
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      found.push({ text: node.text, line: lineOf(source, node.getStart(source.file)), node })
    }
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral)
      found.push({ text: node.getText(source.file), line: lineOf(source, node.getStart(source.file)), node })
    ts.forEachChild(node, visit)
  }
  visit(source.file)
  return found
}
