import { formatError, isQError } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { parseMlir, printMlir } from './index.ts'

const text = `#loc = loc(unknown)
module @net attributes {module.chip = "ALL", module.state = "TOP_F32", module.weight_file = "w.npz"} {
  func.func @main(%arg0: tensor<1x3x4x4xf32> loc(unknown)) -> tensor<1x3x4x4xf32> {
    %0 = "top.Input"(%arg0) {mean = [0.000000e+00, 1.250000e-01]} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> loc(#loc1)
    %1 = "top.LeakyRelu"(%0) {alpha = 1.000000e-01 : f64, axis = -1 : si32} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> loc(#loc2)
    return %1 : tensor<1x3x4x4xf32> loc(#loc)
  } loc(#loc)
} loc(#loc)
#loc1 = loc("x")
#loc2 = loc("caf\\C3\\A9 \\22y\\22")
`

describe('parseMlir', () => {
  it('reads a file and prints it back', () => {
    expect(printMlir(parseMlir(text))).toBe(text)
    expect(parseMlir(text).operations[1]?.location).toEqual(['café "y"'])
  })

  it('reads integers beyond 2^53 without loss', () => {
    const large = text.replace('axis = -1 : si32', 'ends = [9223372036854775807, 1]')
    expect(parseMlir(large).operations[1]?.attributes.get('ends')).toEqual({ kind: 'ints', values: [9223372036854775807n, 1] })
    expect(printMlir(parseMlir(large))).toBe(large)
  })

  it('reads the generic form', () => {
    const generic = `"builtin.module"() <{sym_name = "net"}> ({
  "func.func"() <{function_type = (tensor<1x2xf32>) -> tensor<1x2xf32>, sym_name = "main"}> ({
  ^bb0(%arg0: tensor<1x2xf32> loc(unknown)):
    %0 = "top.Input"(%arg0) : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("x")
    "func.return"(%0) : (tensor<1x2xf32>) -> () loc(unknown)
  }) : () -> () loc(unknown)
}) {module.chip = "ALL"} : () -> () loc(unknown)
`
    const module = parseMlir(generic)
    expect(module.name).toBe('net')
    expect([...module.attributes.keys()]).toEqual(['module.chip'])
    expect(module.returns).toEqual(['0'])
    expect(module.operations.map(({ name, location }) => [name, location])).toEqual([['top.Input', ['x']]])
  })

  it.each([
    ['a missing bracket', '"top.Input"(%arg0)', '"top.Input" %arg0)', 'MLIR_SYNTAX', '%arg0) {', '"%arg0"'],
    ['a float without a point', '1.000000e-01 : f64', '1 : f64', 'MLIR_SYNTAX', '1 : f64', '1 : f64'],
    ['an attribute twice', 'axis = -1', 'alpha = -1', 'MLIR_DUPLICATE', 'alpha = -1', "a second 'alpha'"],
    ['an unknown operand', '(%0)', '(%7)', 'MLIR_UNDEFINED', '%7', '%7'],
    [
      'a type that differs from the definition',
      '(tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> loc(#loc2)',
      '(tensor<1x3x4x5xf32>) -> tensor<1x3x4x4xf32> loc(#loc2)',
      'MLIR_TYPE_MISMATCH',
      '%0) {',
      'tensor<1x3x4x5xf32>',
    ],
    ['an unknown element type', 'main(%arg0: tensor<1x3x4x4xf32>', 'main(%arg0: tensor<1x3x4x4xfloat>', 'MLIR_SYNTAX', 'float>', '"float"'],
    ['an undefined alias', '#loc2 = ', '#loc3 = ', 'MLIR_UNDEFINED', '#loc2)', '#loc2'],
    [
      'a second function',
      '  } loc(#loc)\n}',
      '  } loc(#loc)\n  func.func @sub() {\n}',
      'MLIR_UNSUPPORTED',
      'func.func @sub',
      'several functions, as in *_final.mlir',
    ],
    [
      'a region',
      '"top.LeakyRelu"(%0) {',
      '"tpu.Group"(%0) ({',
      'MLIR_UNSUPPORTED',
      '({',
      'a region, as in *_final.mlir after layer grouping',
    ],
    ['a value defined twice', '%1 = "top', '%0 = "top', 'MLIR_DUPLICATE', '%0 = "top.Leaky', 'a second definition of %0'],
  ])('says where: %s', (_, from, to, code, marker, found) => {
    expect(text).toContain(from)
    const damaged = text.replace(from, to)
    const error = failure(damaged)
    expect([error.code, error.at, error.found]).toEqual([code, ['net.mlir', placeOf(damaged, marker)], found])
    expect(error.wanted).not.toBeUndefined()
    expect(error.hint).not.toBeUndefined()
  })

  it('tells a truncated file', () => {
    const cut = text.slice(0, text.indexOf('1.250000e-01'))
    expect(failure(cut).code).toBe('MLIR_TRUNCATED')
    expect(failure(cut).at).toEqual(['net.mlir', placeOf(text, ' 1.250000e-01').replace(/\d+$/, (column) => String(Number(column) + 1))])
    expect(failure(text.slice(0, text.indexOf('#loc1 = '))).hint).toContain('end of the file may be missing')
  })

  it.each([
    ['', 'nothing'],
    ['PK\u0003\u0004abc', 'text that begins with "PK"'],
    ['{"a": 1}', 'text that begins with "{"'],
  ])('refuses another kind of file: %j', (other, found) => {
    const error = failure(other)
    expect([error.code, error.found]).toEqual(['MLIR_NOT_MLIR', found])
  })

  it('answers every damage with one located error', () => {
    let state = 7
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    let errors = 0
    for (let k = 0; k < 4000; k++) {
      const at = random(text.length)
      const damaged =
        k % 4 === 0
          ? text.slice(0, at)
          : k % 4 === 1
            ? text.slice(0, at) + String.fromCharCode(random(128)) + text.slice(at + 1)
            : k % 4 === 2
              ? text.slice(0, at) + text.slice(at + 1 + random(9))
              : text.slice(0, at) + text.slice(random(text.length))
      try {
        parseMlir(damaged)
      } catch (error) {
        errors++
        if (!isQError(error) || error.at.length === 0) throw error
        expect(formatError(error)).toMatch(/found: [^]*wanted: [^]*do: /)
      }
    }
    expect(errors).toBeGreaterThan(2000)
  })

  it('refuses nesting that would exhaust the stack', () => {
    expect(failure(text.replace('alpha = 1.000000e-01 : f64', `alpha = ${'['.repeat(50_000)}`)).code).toBe('MLIR_SYNTAX')
  })
})

/** Line and column of the only or first place where `marker` stands. */
function placeOf(damaged: string, marker: string): string {
  const lines = damaged.slice(0, damaged.indexOf(marker)).split('\n')
  return `line ${lines.length}, column ${lines.at(-1)!.length + 1}`
}

function failure(broken: string) {
  try {
    parseMlir(broken, { file: 'net.mlir' })
  } catch (error) {
    if (isQError(error)) return error
    throw error
  }
  throw new Error('the text was read')
}
