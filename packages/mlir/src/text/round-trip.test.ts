import { describe, expect, it } from 'vitest'
import { isVendorText, reference, referenceFiles } from '../../test/reference-files.ts'
import type { MlirModule } from './index.ts'
import { parseMlir, printMlir } from './index.ts'

describe.skipIf(reference === undefined)('every reference file (skipped: no ../shared)', () => {
  const files = referenceFiles()

  it('prints a file that the vendor wrote back byte for byte', () => {
    const vendor = files.filter(({ text }) => isVendorText(text))
    expect(vendor.length).toBeGreaterThan(200)
    for (const { path, text } of vendor) {
      const printed = printMlir(parseMlir(text, { file: path }))
      if (printed !== text) expect(firstDifference(printed, text), path).toBeUndefined()
    }
  })

  it('reads a file in another layout, prints it, and reads the same again', () => {
    const others = files.filter(({ text }) => !isVendorText(text))
    expect(others.length).toBeGreaterThan(10)
    for (const { path, text } of others) {
      const first = parseMlir(text, { file: path })
      const again = parseMlir(printMlir(first), { file: path })
      expect(withoutPlaces(again), path).toEqual(withoutPlaces(first))
    }
  })

  it('reads CRLF line ends, comments and inline locations alike', () => {
    const { text } = files.find(({ path }) => path.endsWith('mnist-8/mnist-8.mlir'))!
    const module = withoutPlaces(parseMlir(text))
    expect(withoutPlaces(parseMlir(text.replaceAll('\n', '\r\n')))).toEqual(module)
    expect(withoutPlaces(parseMlir(`// made by hand\n${text.replaceAll(') {\n', ') { // here\n')}`))).toEqual(module)
    const inline = text
      .replace(/loc\(#loc4\)/, 'loc("ReLU32_Output_0_Relu")')
      .replace(/loc\(#loc5\)/, 'loc(fused["Pooling66_Output_0_MaxPool"])')
    expect(withoutPlaces(parseMlir(inline))).toEqual(module)
  })
})

describe('a long file', () => {
  // Where the time grew with the square of the length, this would not end within the time of a test.
  it('of 40,000 operations is read and printed as one of a few', () => {
    const count = 40_000
    const chain = Array.from(
      { length: count },
      (_, k) => `    %${k + 1} = "top.Abs"(%${k}) : (tensor<4xf32>) -> tensor<4xf32> loc(#loc${k + 2})`,
    )
    const text = [
      '#loc = loc(unknown)',
      'module @long attributes {module.state = "TOP_F32"} {',
      '  func.func @main(%arg0: tensor<4xf32> loc(unknown)) -> tensor<4xf32> {',
      '    %0 = "top.Input"(%arg0) {do_preprocess = true} : (tensor<4xf32>) -> tensor<4xf32> loc(#loc1)',
      ...chain,
      `    return %${count} : tensor<4xf32> loc(#loc)`,
      '  } loc(#loc)',
      '} loc(#loc)',
      ...Array.from({ length: count + 1 }, (_, k) => `#loc${k + 1} = loc("v${k}")`),
      '',
      '',
    ].join('\n')
    const module = parseMlir(text)
    expect(module.operations).toHaveLength(count + 1)
    expect(printMlir(module) === text).toBe(true)
  })
})

/** The module without what the layout alone decides: SSA names, lines, the empty line at the end. */
function withoutPlaces(module: MlirModule): unknown {
  const names = new Map<string, number>()
  const rename = (name: string): number => {
    if (!names.has(name)) names.set(name, names.size)
    return names.get(name)!
  }
  return {
    ...module,
    endsWithBlankLine: undefined,
    arguments: module.arguments.map((argument) => ({ ...argument, name: rename(argument.name) })),
    operations: module.operations.map((operation) => ({
      ...operation,
      line: 0,
      operands: operation.operands.map(rename),
      results: operation.results.map(rename),
    })),
    returns: module.returns.map(rename),
  }
}

function firstDifference(printed: string, text: string): string | undefined {
  const wanted = text.split('\n')
  const lines = printed.split('\n')
  const at = Array.from({ length: Math.max(lines.length, wanted.length) }, (_, k) => k).find((k) => lines[k] !== wanted[k])
  return at === undefined ? undefined : `line ${at + 1}: ${lines[at]?.slice(0, 200)} instead of ${wanted[at]?.slice(0, 200)}`
}
