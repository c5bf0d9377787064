import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { floatOps } from '@q/ir'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Sources that are written by hand and shipped: no tests, nothing generated. */
const sources = ['packages', 'tools'].flatMap((parent) =>
  readdirSync(join(root, parent)).flatMap((name) => {
    const place = `${parent}/${name}/src`
    let found: readonly string[] = []
    try {
      found = readdirSync(join(root, place), { recursive: true, encoding: 'utf8' })
    } catch {
      return []
    }
    return found
      .map((path) => `${place}/${path.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.ts') && !/\.(test|test-d|bench)\.ts$|\/(test|fixtures|generated)\//.test(path))
  }),
)

const placesOf = (op: string): readonly string[] => {
  const word = new RegExp(`\\b${op}\\b`)
  return sources.filter((path) => word.test(readFileSync(join(root, path), 'utf8'))).sort()
}

const isOfChip = (path: string): boolean => path.startsWith('packages/backend-')

/** Functions of one number: the family that new activations come from. */
const functionsOfOne = [...floatOps.values()].flatMap(({ name, scalar }) => (scalar === undefined ? [] : [name]))

describe('a float operator is named in few places', () => {
  it('Softsign: its definition, its ONNX signature, its pattern, its spellings, the chips that have it', () => {
    // A chip without a float32 unit has its function and the reach of its table too.
    expect(placesOf('Softsign')).toEqual([
      'packages/backend-bm1684x/src/target.ts',
      'packages/backend-cv18xx/src/lower/lowerings.ts',
      'packages/backend-cv18xx/src/lower/lut-bf16.ts',
      'packages/backend-cv18xx/src/target.ts',
      'packages/ir/src/ops/float/unary.ts',
      'packages/mlir/src/unary-spellings.ts',
      'packages/onnx/src/passes/silu.ts',
      'packages/onnx/src/signature/arithmetic-signatures.ts',
    ])
  })

  it('of the functions of one number, those without forms of their own: five files at most, and four of a chip', () => {
    // What has a quantized form, a fused form or a rule of its own somewhere is named there too, and so is what others are made of.
    const special = new Set([
      'Abs',
      'Ceil',
      'Clip',
      'Erf',
      'Exp',
      'Floor',
      'Gelu',
      'LeakyRelu',
      'Log',
      'Not',
      'Relu',
      'Round',
      'Sigmoid',
      'Sign',
      'Silu',
      'Softplus',
      'Sqrt',
      'Swish',
      'Tanh',
    ])
    const chips = readdirSync(join(root, 'packages')).filter((name) => name.startsWith('backend-'))
    const many = functionsOfOne.filter((op) => {
      const places = special.has(op) ? [] : placesOf(op)
      const most = Math.max(...chips.map((chip) => places.filter((path) => path.startsWith(`packages/${chip}/`)).length))
      return places.filter((path) => !isOfChip(path)).length > 5 || most > 4
    })
    expect(many).toEqual([])
    expect(functionsOfOne.filter((op) => !special.has(op)).length).toBeGreaterThan(4)
  })
})
