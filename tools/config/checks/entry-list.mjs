import { join } from 'node:path'
import ts from 'typescript'
import { readText, root } from '../workspace.mjs'
import { compareOrWrite } from './generated-page.mjs'

const page = 'docs/entries.md'

/** The entries of `@q/ir` in the order a reader meets them, and what each is for. */
const purposes = new Map([
  [
    '.',
    'What everybody needs: the graph, tables, a resolver, and the contracts that a back end, an executor, an observer, a strategy fulfil.',
  ],
  ['graph', 'To make graphs, change them, print and read them, tell them apart.'],
  ['ops', 'The operators: their operands, attributes, type rules; to define one; tensors for their attributes.'],
  ['number', 'Arithmetic of chips: roundings, half floats, how a factor becomes multiplier and shift, parameters of codes.'],
  ['tables', 'Calibration and quantization tables as text, both ways, and their checks.'],
  ['resolve', 'What is behind `resolve`: types of codes, what a lowering sees, checks before a calibration.'],
  ['lowering', 'The kit that lowerings are made of: constants, biases, factors, tables, copies, activations, float modes.'],
  [
    'container',
    'What containers of chips are made of: FlatBuffers tables by field number, checked when they are read, and the area of blobs behind them.',
  ],
  ['section', 'Parts of a graph for executors: planned once, told apart by structure, sessions kept within a budget.'],
  ['conformance', 'The suites that an executor, a back end, an operator, a strategy, an observer of your own should pass.'],
])

const introduction = `# The entries of \`@q/ir\`

Learn one at a time: each is imported by itself, \`import { planSection } from '@q/ir/section'\`. What stands in more than one is the same thing.
Signatures are in \`packages/ir/api\`. This page is written by \`npm run api\` from the doc comments.
`

/** Compares `docs/entries.md` with the exports of \`@q/ir\`, or writes it. */
export function checkEntryList(options) {
  return compareOrWrite(page, listEntries(), 'the exports say', options)
}

function listEntries() {
  const { exports } = JSON.parse(readText('packages/ir/package.json'))
  const keys = Object.keys(exports).filter((key) => exports[key].types !== undefined)
  const names = keys.map((key) => key.replace(/^\.\//, ''))
  const unexplained = names.filter((name) => !purposes.has(name))
  if (unexplained.length > 0) throw new Error(`no purpose is written down for ${unexplained.join(', ')}`)
  const files = new Map(keys.map((key, i) => [names[i], join(root, 'packages/ir', exports[key]['q-source'])]))
  const program = ts.createProgram([...files.values()], { allowImportingTsExtensions: true, noEmit: true, module: ts.ModuleKind.NodeNext })
  const checker = program.getTypeChecker()
  const sections = [...purposes].map(([name, purpose]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(files.get(name)))
    const rows = checker
      .getExportsOfModule(module)
      .map((symbol) => [symbol.name, firstSentence(symbol, checker)])
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([symbol, sentence]) => `| \`${symbol}\` | ${sentence.replaceAll('|', '\\|')} |`)
    return [`## \`@q/ir${name === '.' ? '' : `/${name}`}\``, '', purpose, '', '| name | what it is |', '|---|---|', ...rows, ''].join('\n')
  })
  return [introduction, ...sections].join('\n')
}

/** Up to the first full stop that is not inside code. */
function firstSentence(symbol, checker) {
  const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const [paragraph] = ts.displayPartsToString(meant.getDocumentationComment(checker)).split(/\n\s*\n/)
  const sentence = /^(?:`[^`]*`|[^`.]|\.(?!\s|$))*\.?/.exec(paragraph)[0].replace(/[:;]$/, '.')
  return sentence
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s*\n\s*/g, ' ')
    .trim()
}
