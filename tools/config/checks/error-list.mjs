import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { readText, root } from '../workspace.mjs'
import { sources } from './sources.mjs'

const page = 'docs/errors.md'
const isCode = (node) => node !== undefined && ts.isStringLiteralLike(node) && /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(node.text)

const introduction = `# Errors and warnings

What stops the work is a \`QError\`; match on its \`code\`. It also says where (\`at\`), what was found, what was wanted and what to do (\`hint\`).
What is only worth knowing is a \`Diagnostic\` with a code of the same kind. The command line prints both, and its exit code is the kind of the error:
0 done, 1 a comparison missed its tolerance, 2 usage, 3 input, 4 a search missed its target, 5 the file system, 70 a defect of this program, 130 stopped by the user.

This page is written by \`npm run api\` from the sources; \`…\` stands for the particulars.
`

/** Compares `docs/errors.md` with the codes in the sources, or writes it. */
export function checkErrorList({ update = false } = {}) {
  const wanted = listErrors()
  if (update) {
    mkdirSync(join(root, 'docs'), { recursive: true })
    writeFileSync(join(root, page), wanted)
    return []
  }
  const lines = (text) => text.split('\n').filter((line) => line.startsWith('| `'))
  const before = existsSync(join(root, page)) ? lines(readText(page)) : []
  const after = lines(wanted)
  const stale = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`)
  const missing = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`)
  const differences = [...stale, ...missing]
  return differences.length === 0 ? [] : [`${page} is not what the sources say; run 'npm run api'`, ...differences.slice(0, 10)]
}

function listErrors() {
  const perPackage = new Map()
  for (const source of sources().filter(({ test }) => !test)) {
    const codes = perPackage.get(source.workspace.manifest.name) ?? new Map()
    perPackage.set(source.workspace.manifest.name, codes)
    const visit = (node) => {
      const found = codeAndMessage(node)
      if (found) {
        const before = codes.get(found.code)
        codes.set(found.code, { message: before?.message || found.message, hint: before?.hint || found.hint || '' })
      }
      ts.forEachChild(node, visit)
    }
    visit(source.file)
  }
  const sections = [...perPackage]
    .filter(([, codes]) => codes.size > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, codes]) => {
      const rows = [...codes]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([code, { message, hint }]) => `| \`${code}\` | ${message} | ${hint} |`)
      return [`## ${name}`, '', '| code | says | what to do |', '|---|---|---|', ...rows, ''].join('\n')
    })
  return [introduction, ...sections].join('\n')
}

/** `new QError(code, message, …)`, a call or a tuple that passes both on, or an object with `code` and `message`. */
function codeAndMessage(node) {
  if (ts.isNewExpression(node) || ts.isCallExpression(node) || ts.isArrayLiteralExpression(node)) {
    const [first, ...others] = (ts.isArrayLiteralExpression(node) ? node.elements : node.arguments) ?? []
    if (!isCode(first)) return undefined
    const message = others.map(sentence).find((text) => text !== undefined)
    const thrown = ts.isNewExpression(node) && node.expression.getText().endsWith('Error')
    const hint = ts.isArrayLiteralExpression(node) ? sentence(others[1]) : others.map(hintIn).find((text) => text !== undefined)
    return message !== undefined || thrown ? { code: first.text, message: message ?? '', hint } : undefined
  }
  if (!ts.isObjectLiteralExpression(node)) return undefined
  const property = (name) => node.properties.find((each) => ts.isPropertyAssignment(each) && each.name.getText() === name)?.initializer
  const code = property('code')
  return isCode(code) && property('message')
    ? { code: code.text, message: sentence(property('message')) ?? '', hint: sentence(property('hint')) }
    : undefined
}

/** The text of an expression if it is, or may be, a sentence; what is filled in becomes an ellipsis. */
function sentence(node) {
  if (node === undefined) return undefined
  if (ts.isConditionalExpression(node)) return sentence(node.whenTrue) ?? sentence(node.whenFalse)
  if (ts.isBinaryExpression(node)) return sentence(node.left) ?? sentence(node.right)
  let text
  if (ts.isStringLiteralLike(node)) text = node.text
  else if (ts.isTemplateExpression(node)) text = node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('')
  return text?.includes(' ') ? text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim() : undefined
}

/** What an object of details tells the reader to do; of a "did you mean" the words for when nothing is near. */
function hintIn(node) {
  if (!ts.isObjectLiteralExpression(node)) return undefined
  const hint = node.properties.find((each) => ts.isPropertyAssignment(each) && each.name.getText() === 'hint')?.initializer
  if (hint !== undefined && ts.isCallExpression(hint)) return hint.arguments.map(sentence).findLast((text) => text !== undefined)
  return sentence(hint !== undefined && ts.isIdentifier(hint) ? constantNamed(hint) : hint)
}

/** What a constant of the same file stands for. */
function constantNamed(name) {
  return name
    .getSourceFile()
    .statements.filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .find((each) => each.name.getText() === name.text)?.initializer
}
