import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failuresOfTool, filesBelow, readText, root } from '../workspace.mjs'

const folder = join(root, 'temp', 'docs')

/** Compiles every `ts` block of the READMEs and of docs/, as a reader would paste it. Failures name the page and the line in it. */
export async function checkDocsExamples() {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const pages = ['README.md', ...['docs', 'packages', 'tools', 'examples'].flatMap((parent) => filesBelow(parent, ['.md']))].filter(
    (page) => !page.endsWith('.api.md'),
  )
  let count = 0
  for (const page of pages) {
    for (const [index, block] of blocksOf(readText(page)).entries()) {
      // As many empty lines as stand above the block, so that line numbers are those of the page.
      writeFileSync(join(folder, `${page.replaceAll('/', '__')}__${index}.ts`), '\n'.repeat(block.line) + block.text)
      count += 1
    }
  }
  if (count === 0) return []
  const config = { extends: '../../tools/config/tsconfig.base.json', compilerOptions: { noUnusedLocals: false }, include: ['*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const lines = await failuresOfTool('typescript/bin/tsc', ['-p', join(folder, 'tsconfig.json'), '--noEmit'])
  return aboutPages(lines).map((line) => line.replace(/^temp\/docs\/(.*)__\d+\.ts/, (_, page) => page.replaceAll('__', '/')))
}

/** Errors in the packages' own sources are left to the check of types. */
function aboutPages(lines) {
  let wanted = false
  return lines.filter((line) => {
    if (!line.startsWith(' ')) wanted = line.startsWith('temp/docs/')
    return wanted
  })
}

function blocksOf(text) {
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    text: match[1],
  }))
}
