import { QError } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { reference, referenceFiles } from '../../test/reference-files.ts'
import { parseMlir, readTop, readTpu } from '../index.ts'

const top = (attributes: string, op = 'Add'): string => `module @n attributes {module.state = "TOP_F32"} {
  func.func @main(%arg0: tensor<1x3x4x4xf32> loc(unknown)) -> tensor<1x3x4x4xf32> {
    %0 = "top.Input"(%arg0) {do_preprocess = true} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> loc("x")
    %1 = "top.${op}"(%0${op === 'Add' ? ', %0' : ''}) {${attributes}} : (tensor<1x3x4x4xf32>${op === 'Add' ? ', tensor<1x3x4x4xf32>' : ''}) -> tensor<1x3x4x4xf32> loc("y")
    return %1 : tensor<1x3x4x4xf32> loc(unknown)
  } loc(unknown)
} loc(unknown)
`
const refusal = (read: () => unknown): QError | undefined => {
  try {
    read()
  } catch (error) {
    if (error instanceof QError) return error
    throw error
  }
  return undefined
}

describe('attributes of the text', () => {
  it('one that is a letter off is refused, with the one that was meant', () => {
    expect(readTop(top('do_relu = true')).nodes[0]!.attrs).toMatchObject({ relu: true })
    expect(refusal(() => readTop(top('do_rely = true')))).toMatchObject({
      code: 'MLIR_UNSUPPORTED_ATTRIBUTE',
      found: 'do_rely',
      hint: expect.stringContaining('do_relu'),
    })
  })

  it('one whose value changes what is computed is refused where graphs cannot hold it', () => {
    expect(refusal(() => readTop(top('coeff = [1.000000e+00, 2.000000e+00]')))?.code).toBe('MLIR_UNSUPPORTED_ATTRIBUTE')
  })

  it('a word that is none is refused, of an attribute too that decides nothing', () => {
    expect(refusal(() => readTop(top('round_mode = "HalfUp"', 'GELU')))).toBeUndefined()
    expect(refusal(() => readTop(top('round_mode = "Garbage"', 'GELU')))).toMatchObject({ code: 'MLIR_ATTRIBUTE', found: 'Garbage' })
    expect(refusal(() => readTop(top('round_mode = 3 : i64', 'GELU')))?.code).toBe('MLIR_ATTRIBUTE')
  })

  it('those of modules are refused as those of layers are', () => {
    const text = top('do_relu = true').replace('module.state', 'module.stats')
    expect(refusal(() => readTop(text))).toMatchObject({ found: 'module.stats', hint: expect.stringContaining('module.state') })
  })

  it('those of inputs are refused as those of layers are', () => {
    const text = top('do_relu = true').replace('do_preprocess', 'do_preproces')
    expect(refusal(() => readTop(text))).toMatchObject({
      code: 'MLIR_UNSUPPORTED_ATTRIBUTE',
      hint: expect.stringContaining('do_preprocess'),
    })
  })
})

describe.skipIf(reference === undefined)("attributes of the vendor's files (skipped: no ../shared)", () => {
  const readOne = (text: string): unknown => (text.includes('"TPU_LOWERED"') ? readTpu(text) : readTop(text))
  const readable = referenceFiles()
    .filter(({ text }) => refusal(() => readOne(text)) === undefined)
    .sort((one, other) => one.text.length - other.text.length)

  it('all are known', () => {
    const unknown = referenceFiles().flatMap(({ path, text }) => {
      const error = refusal(() => readOne(text))
      return error?.message.includes('of the attribute') === true || error?.code === 'MLIR_ATTRIBUTE' ? [`${path}: ${error.message}`] : []
    })
    expect(unknown).toEqual([])
    expect(readable.length).toBeGreaterThan(150)
  })

  it('every name of theirs that is damaged is refused, and every word', () => {
    const tried = new Set<string>()
    const taken: string[] = []
    for (const { path, text } of readable) {
      const lines = text.split('\n')
      for (const { name, line, attributes } of parseMlir(text).operations) {
        for (const [attribute, { kind }] of attributes) {
          const isWord = kind === 'string' || kind === 'enum'
          if (tried.has(`${name} ${attribute}`)) continue
          tried.add(`${name} ${attribute}`)
          const damaged = (change: (line: string) => string): string =>
            lines.map((each, i) => (i === line - 1 ? change(each) : each)).join('\n')
          const wrongName = damaged((each) => each.replace(`${attribute} = `, `${attribute}9 = `))
          if (refusal(() => readOne(wrongName)) === undefined) taken.push(`${path}: ${name} ${attribute}9`)
          if (!isWord) continue
          const wrongWord = damaged((each) =>
            each.replace(
              new RegExp(`\\b${attribute} = ("[^"]*"|#tpu<(\\w+) \\w+>)`),
              (_, _word, of) => `${attribute} = ${of === undefined ? '"Garbage"' : `#tpu<${of} Garbage>`}`,
            ),
          )
          if (refusal(() => readOne(wrongWord)) === undefined) taken.push(`${path}: ${name} ${attribute} = Garbage`)
        }
      }
    }
    expect(tried.size).toBeGreaterThan(300)
    expect(taken).toEqual([])
  })
})
