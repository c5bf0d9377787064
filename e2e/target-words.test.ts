import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bf16Styles, roundingModes } from '@q/ir/number'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { pictureForms } from '../packages/ir/src/graph/picture.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/write-a-backend.md'), 'utf8')
const section = page.slice(page.indexOf('## The words of a target'), page.indexOf('## The lowering kit'))
/** What stands in backquotes in rows of tables. */
const told = new Set([...section.matchAll(/^\|.*$/gm)].flatMap(([row]) => [...row.matchAll(/`([^`]+)`/g)].map(([, word]) => word!)))

/** Members of a declaration and the words that are literals in it. */
function wordsOf(file: string, names: readonly string[]): readonly string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, 'packages/ir/src/contracts', file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  )
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertySignature(node)) found.push(node.name.getText())
    if (ts.isLiteralTypeNode(node)) found.push(node.literal.getText().replaceAll("'", ''))
    ts.forEachChild(node, visit)
  }
  const declarations = source.statements.filter(
    (each): each is ts.InterfaceDeclaration | ts.TypeAliasDeclaration =>
      (ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each)) && names.includes(each.name.text),
  )
  expect(declarations.map(({ name }) => name.text).sort()).toEqual([...names].sort())
  declarations.forEach(visit)
  return [...new Set(found)]
}

describe('docs/write-a-backend.md tells every word of a target', () => {
  it.each([
    ['a scheme', wordsOf('scheme.ts', ['CodeStorage', 'MultiplierEncoding', 'FactorUse', 'IntegerScheme', 'FloatScheme'])],
    ['a target', wordsOf('target.ts', ['Target', 'FloatType', 'RangeImport', 'RangeRuleName', 'RangeRule', 'AutomaticPlan', 'CastRules'])],
    ['roundings', roundingModes],
    ['styles of bfloat16', Object.keys(bf16Styles)],
  ])('%s', (_, words) => {
    const all = [...told].join(' ')
    expect(words.filter((word) => !told.has(word) && !new RegExp(`(?:^|[^\\w-])${word}(?:[^\\w-]|$)`).test(all))).toEqual([])
  })
})

describe('docs/write-a-backend.md tells of what a network takes and gives', () => {
  it('every member of the target that says so has a row of its own', () => {
    const rows = [...section.matchAll(/^\| ([^|]*) \|/gm)].map(([, cell]) => cell!)
    const members = wordsOf('target.ts', ['Target'])
    expect(members.filter((member) => !rows.some((cell) => cell.includes(`\`${member}\``)))).toEqual([])
  })

  it('every form of pictures, and every type at the boundary', () => {
    const words = [
      ...Object.keys(pictureForms),
      ...wordsOf('picture.ts', ['PictureInputs', 'PictureRules']),
      ...wordsOf('boundary.ts', ['BoundaryTypes']),
    ]
    expect(words.filter((word) => !new RegExp(`[\\x60{ ]${word}[\\x60:,} ]`).test(page))).toEqual([])
  })
})
