import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Tensor } from '@q/ir'
import { encodeNpz } from '@q/npz'
import { beforeEach, describe, expect, it } from 'vitest'
import { arraysIn, inEmptyFolder, mustRun, q } from './run-command.ts'

inEmptyFolder()

const f32 = (shape: readonly number[], values: readonly number[]): Tensor => ({ dtype: 'f32', shape, data: Float32Array.from(values) })

beforeEach(() => {
  writeFileSync(
    'a.npz',
    encodeNpz(
      new Map([
        ['x', f32([2, 3], [0, 1, 2, 3, 4, 5])],
        ['y/z', f32([2], [1.5, Number.NaN])],
      ]),
    ),
  )
  writeFileSync(
    'b.npz',
    encodeNpz(
      new Map([
        ['x', f32([2, 3], [0, 1, 2, 3, 4, 6])],
        ['w', f32([1], [7])],
      ]),
    ),
  )
})

const values = (file: string, name: string) => Array.from(arraysIn(file).get(name)!.data as Float32Array, Number)

describe('printing', () => {
  it.each([
    [
      ['dump', 'a.npz'],
      ['x\t(2, 3)\tfloat32', 'y/z\t(2,)\tfloat32'],
    ],
    [
      ['dump', 'a.npz', 'x'],
      ['[[0. 1. 2.]', ' [3. 4. 5.]]', 'shape (2, 3)', 'dtype float32'],
    ],
    [
      ['dump', 'a.npz', 'x', '1,:2'],
      ['[3. 4.]', 'shape (2, 3)', 'dtype float32'],
    ],
    [
      ['dump', 'a.npz', 'x', '-1'],
      ['[3. 4. 5.]', 'shape (2, 3)', 'dtype float32'],
    ],
    [['get_shape', 'a.npz', 'x'], ['[2,3]']],
    [['check_nan_inf', 'a.npz'], ['NaN in y/z:(2,)']],
    [
      ['print_diff', 'a.npz', 'b.npz', 'x'],
      ['index     adata         bdata', '5: 5.0, 6.0'],
    ],
    [
      ['print_diff', 'a.npz', 'a.npz', 'x'],
      ['index     adata         bdata', 'No difference!'],
    ],
    [
      ['statistic', 'a.npz'],
      ['x', 'y/z'],
    ],
  ])('%j', async (args, lines) => {
    expect((await mustRun('npz_tool', ...args)).out).toBe(`${lines.join('\n')}\n`)
  })

  it('statistic along an axis', async () => {
    const { out } = await mustRun('npz_tool', 'statistic', 'a.npz', 'x', '1')
    expect(out.split('\n').slice(0, 7)).toEqual([
      'data shape: (2, 3)',
      'new_shape: [1, 0]',
      'mean [1.5 2.5 3.5]',
      'var [2.25 2.25 2.25]',
      'max [3. 4. 5.]',
      'min [0. 1. 2.]',
      'data range [3. 3. 3.]',
    ])
  })
})

describe('editing', () => {
  it.each([
    [
      ['rename', 'a.npz', 'x', 'n'],
      ['y/z', 'n'],
    ],
    [['remove', 'a.npz', 'y/z'], ['x']],
    [
      ['insert', 'b.npz', 'a.npz'],
      ['x', 'w', 'y/z'],
    ],
  ])('%j', async (args, names) => {
    await mustRun('npz_tool', ...args)
    expect([...arraysIn('a.npz').keys()]).toEqual(names)
  })

  it('merge', async () => {
    await mustRun('npz_tool', 'merge', 'b.npz', 'a.npz', 'c.npz')
    expect([...arraysIn('c.npz').keys()]).toEqual(['x', 'w', 'y/z'])
  })

  it('extract, reshape, permute', async () => {
    await mustRun('npz_tool', 'extract', 'a.npz', 'c.npz', 'x')
    await mustRun('npz_tool', 'permute', 'c.npz', '1,0')
    expect(values('c.npz', 'x')).toEqual([0, 3, 1, 4, 2, 5])
    await mustRun('npz_tool', 'reshape', 'c.npz', 'x', '-1,2,1')
    expect(arraysIn('c.npz').get('x')!.shape).toEqual([3, 2, 1])
    await mustRun('npz_tool', 'permute', 'c.npz', 'x', '2,1,0')
    expect(values('c.npz', 'x')).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('converting', () => {
  it('float32 to half precision and back', async () => {
    for (const type of ['bf16', 'fp16']) {
      await mustRun('npz_tool', `fp32_to_${type}`, 'b.npz', 'half.npz')
      expect(arraysIn('half.npz').get('x')!.dtype).toBe('u16')
      await mustRun('npz_tool', `${type}_to_fp32`, 'half.npz', 'back.npz')
      expect(values('back.npz', 'x')).toEqual([0, 1, 2, 3, 4, 6])
    }
  })

  it('plain files', async () => {
    await mustRun('npz_tool', 'to_npy', 'a.npz', 'x')
    expect(readFileSync('x.npy').subarray(1, 6).toString()).toBe('NUMPY')
    await mustRun('npz_tool', 'to_dat', 'b.npz', 'all.dat')
    expect(new Float32Array(new Uint8Array(readFileSync('all.dat')).buffer)).toEqual(Float32Array.of(0, 1, 2, 3, 4, 6, 7))
    const { out } = await mustRun('npz_tool', 'to_bin', 'a.npz', 'x', 'x.bin', 'int8')
    expect(out).toBe('shape (2, 3)\ndtype float32\n')
    expect([...readFileSync('x.bin')]).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('comparing', () => {
  it('tells by its exit code', async () => {
    expect((await q('npz_tool', 'compare', 'a.npz', 'a.npz', '--excepts', 'y/z')).code).toBe(0)
    const { code, out } = await q('npz_tool', 'compare', 'a.npz', 'b.npz', '-v', '-s', 'result.csv')
    expect(code).toBe(1)
    expect(out).toMatch(/^\n\n\[x {31}\] {2}NOT_SIMLIAR \[FAILED\]\n/)
    expect(out).toContain('Results saved as result.csv\n')
    expect(readFileSync('result.csv', 'utf8')).toMatch(/^name, op, quant, pass, sim_cos, sim_euc, sqnr\nx, -, -, False, 0\.99/)
    expect((await q('npz_tool', 'compare', 'a.npz', 'b.npz', '--tolerance', '0.99,0.8')).code).toBe(0)
  })

  it('--fuzzy_match finds tensors under other names', async () => {
    await mustRun('npz_tool', 'rename', 'b.npz', 'x', 'other')
    await mustRun('npz_tool', 'extract', 'a.npz', 'c.npz', 'x')
    const { out } = await mustRun('npz_tool', 'compare', 'c.npz', 'b.npz', '--fuzzy_match', '--tolerance', '0.99,0.8')
    expect(out).toMatch(/^find max_cos:0\.99\d+, max_euc:0\.8\d+ for x and other\nnpz compare PASSED\.\n$/)
  })

  it('cali_test: what the thresholds of a table alone cost', async () => {
    writeFileSync('table', 'x 3.0000000 0.0000000 5.0000000\n')
    const { code, out } = await q('npz_tool', 'cali_test', 'a.npz', '--calibration_table', 'table')
    expect(code, out).toBe(1)
    const [last] = values('requant.npz', 'x').slice(-1)
    expect(last).toBe(Math.fround(127 * Math.fround(3 / 127)))
  })
})

describe('wrong use', () => {
  it.each([
    [3, 'ARRAY_UNKNOWN', ['dump', 'a.npz', 'xx']],
    [2, 'ARRAY_INDEX', ['dump', 'a.npz', 'x', '7']],
    [2, 'AXIS_UNKNOWN', ['statistic', 'a.npz', 'x', '4']],
    [2, 'AXES_ORDER', ['permute', 'a.npz', 'x', '0,0']],
    [2, 'SHAPE_MISMATCH', ['reshape', 'a.npz', 'x', '4,2']],
    [2, 'ARRAY_TYPE', ['to_bin', 'a.npz', 'x', 'x.bin', 'int9']],
    [2, 'ARGUMENT_MISSING', ['merge', 'a.npz']],
    [2, 'OPTION_UNSUPPORTED', ['visualize_diff', 'a.npz', 'b.npz']],
    [3, 'COMPARE_NOTHING', ['compare', 'a.npz', 'b.npz', '--excepts', 'x']],
    [3, 'ARRAY_UNKNOWN', ['compare', 'a.npz', 'b.npz', '--key', 'w']],
    [2, 'OPTION_VALUE', ['reshape', 'a.npz', 'x', 'a,b']],
    [2, 'OPTION_VALUE', ['print_diff', 'a.npz', 'b.npz', 'x', 'many']],
  ])('%i %s: %j', async (code, error, args) => {
    const before = readFileSync('a.npz')
    const finished = await q('npz_tool', ...args)
    expect(finished.code, finished.err).toBe(code)
    expect(finished.err).toMatch(new RegExp(`^${error}: `))
    expect(readFileSync('a.npz').equals(before)).toBe(true)
    expect(existsSync('x.bin')).toBe(false)
  })
})
