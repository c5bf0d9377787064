import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { root } from '../workspace.mjs'
import { chipIntroduction, chipTable } from './chip-table.mjs'
import { compareOrWrite } from './generated-page.mjs'
import { sources } from './sources.mjs'

const page = 'docs/ops.md'

const introduction = `# Operators

This page is written by \`npm run api\` from the definitions in \`packages/ir/src/ops\`. Names and attributes are those of ONNX where ONNX has the operator;
what it does not have is called an extension.

Behind each operand and result stands where its quantization comes from: \`own\` (the range calibration observes), \`weight(axis)\` (a constant, one scale for
each slice of the axis), \`shared(x)\` (the parameters of x), \`derived(x, w)\` (the product of the scales of x and w), \`fixed(min, max)\` (known in
advance), \`none\` (never quantized). \`?\` marks an operand that may be left out, \`…\` one that stands for any number of values. A chip that treats an
operator in another way says so in its target.

Attributes are given with their default; one without \`=\` must be given, unless \`?\` marks it. A short list of words is all an attribute may be.
`

const onnxOperators = `
## Operators of ONNX that are read

Every operator that does not stand here is refused by its name (\`ONNX_UNSUPPORTED_OP\`), and so are these in the forms of the last column, by operator, attribute and
value (\`ONNX_UNSUPPORTED\`, \`ONNX_NOT_CONSTANT\`). What is read computes what ONNX Runtime does, but for
ReduceLogSumExp: its exponentials are summed as they are, as TPU-MLIR 1.30.2 lowers it, so that operands beyond 88 make infinities. Operators whose operands are all constant are computed while a
network is read. Every shape must be fixed (\`ONNX_DYNAMIC_SHAPE\`), and none may be empty but that of constants. Of several results the first is read, but for those
of Split, TopK, LayerNormalization and DynamicQuantizeLinear. A network holds float32 numbers: integers beyond 2^24 and what a
file computes in double precision are rounded, which a warning names.
`

/** Compares `docs/ops.md` with the operators' definitions, or writes it. Needs the built `@q/ir`. */
export async function checkOpList(options) {
  const built = join(root, 'packages/ir/dist/index.js')
  if (!existsSync(built)) return ['packages/ir/dist/index.js is missing; the build did not write it']
  const { floatOps, quantizedOps } = await import(pathToFileURL(built).href)
  const { readOperators } = await import(pathToFileURL(join(root, 'packages/onnx/dist/index.js')).href)
  const sentences = firstSentences()
  const wanted = [
    introduction,
    '## Float operators\n',
    table(floatOps, sentences),
    '\n## Integer operators\n',
    'The same for every chip; what a chip does in its own way is an attribute.\n',
    table(quantizedOps, sentences),
    chipIntroduction,
    chipTable(),
    onnxOperators,
    onnxTable(readOperators()),
    '',
  ].join('\n')
  return compareOrWrite(page, wanted, 'the definitions say', options)
}

function onnxTable(operators) {
  const rows = operators.map(
    ({ name, since, as, refused = '' }) => `| **${name}** | ${since} | ${as} | ${refused.replaceAll('|', '\\|')} |`,
  )
  return ['| operator | since version | read as | refused |', '|---|---|---|---|', ...rows].join('\n')
}

function table(ops, sentences) {
  const rows = [...ops.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, inputs, outputs, attrs }) => {
      const operands = Object.entries(inputs).map(([place, { arity, rule }]) => `\`${place}\`${marks[arity]} ${ruleText(rule)}`)
      const results = Object.entries(outputs).map(([place, rule]) => `\`${place}\` ${ruleText(rule)}`)
      const facts = Object.entries(attrs).map(([word, spec]) => attributeText(word, spec))
      const cells = [`**${name}**`, sentences.get(name) ?? '', operands.join('<br>'), results.join('<br>'), facts.join('<br>')]
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    })
  return ['| operator | computes | operands | results | attributes |', '|---|---|---|---|---|', ...rows].join('\n')
}

const marks = { one: '', optional: '?', many: '…' }

function ruleText(rule) {
  switch (rule.kind) {
    case 'weight':
      return `weight(${rule.axis})`
    case 'shared':
      return `shared(${rule.with})`
    case 'derived':
      return `derived(${rule.from.join(', ')})`
    case 'fixed':
      return `fixed(${rule.min}, ${rule.max})`
    default:
      return rule.kind
  }
}

function attributeText(name, { type, values, mayBeAbsent, default: fallback }) {
  const kind = values === undefined ? type : values.join('/')
  const given = fallback === undefined ? '' : ` = ${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}`
  return `\`${name}\`${mayBeAbsent ? '?' : ''}: ${kind}${given}`
}

/** What stands above each exported operator, up to the first full stop that is not inside code. */
function firstSentences() {
  const found = new Map()
  for (const { path, file } of sources()) {
    if (!path.includes('packages/ir/src/ops/')) continue
    for (const statement of file.statements) {
      const comment = ts.getJSDocCommentsAndTags(statement).find(ts.isJSDoc)?.comment
      if (!ts.isVariableStatement(statement) || comment === undefined) continue
      const [paragraph] = ts.getTextOfJSDocComment(comment).split(/\n\s*\n/)
      const sentence = /^(?:`[^`]*`|[^`.]|\.(?!\s|$))*\.?/.exec(paragraph)[0].replace(/[:;]$/, '.')
      for (const { name } of statement.declarationList.declarations) found.set(name.getText(file), sentence.replaceAll('\n', ' ').trim())
    }
  }
  return found
}
