import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failuresOfTool, filesBelow, readText, root } from '../workspace.mjs'

const place = 'temp/docs'
const folder = join(root, place)

/** What the compiler says of sources and of examples. It reads both at once: most sources are imported by some example. */
let said

function compile() {
  writeExamples()
  const { include } = JSON.parse(readText('tsconfig.json'))
  const config = {
    extends: '../../tools/config/tsconfig.base.json',
    include: ['*.ts', ...include.map((path) => `../../${path}`)],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  return failuresOfTool('typescript-native/bin/tsc', ['-p', join(folder, 'tsconfig.json'), '--noEmit'])
}

/** The sources and their tests have no errors of types. */
export async function checkTypes() {
  said ??= compile()
  return linesOf(await said, (line) => !line.startsWith(place))
}

/** Every `ts` block of the READMEs and of docs/ compiles, as a reader would paste it. Failures name the page and the line in it. */
export async function checkDocsExamples() {
  said ??= compile()
  const lines = linesOf(await said, (line) => line.startsWith(place))
  return lines.map((line) => line.replace(/^temp\/docs\/(.*)__\d+\.ts/, (_, page) => page.replaceAll('__', '/')))
}

/** The errors whose first line is wanted, with the lines that continue them. */
function linesOf(lines, isWanted) {
  let wanted = false
  return lines.filter((line) => {
    if (!line.startsWith(' ')) wanted = isWanted(line)
    return wanted
  })
}

function writeExamples() {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const pages = ['README.md', ...['docs', 'packages', 'tools', 'examples'].flatMap((parent) => filesBelow(parent, ['.md']))].filter(
    (page) => !page.endsWith('.api.md'),
  )
  for (const page of pages) {
    // As many empty lines as stand above the block, so that line numbers are those of the page.
    for (const [index, block] of blocksOf(readText(page)).entries())
      writeFileSync(join(folder, `${page.replaceAll('/', '__')}__${index}.ts`), '\n'.repeat(block.line) + block.text)
  }
}

function blocksOf(text) {
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    text: match[1],
  }))
}
