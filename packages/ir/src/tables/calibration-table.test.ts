import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCalibrationTable, thresholds } from './calibration-table.ts'
import { createCalibrationTable, replaceCalibrationRows } from './create-calibration-table.ts'
import { parseCalibrationTable } from './parse-calibration-table.ts'

const parts = {
  version: 'v1',
  mlirFile: 'net.mlir',
  generatedTime: '2026-01-02 03:04:05.000006',
  method: 'kl',
  histogramBins: 2048,
  samples: 10,
  tune: 5,
}
const codes = (text: string) => parseCalibrationTable(text).diagnostics.map((diagnostic) => diagnostic.code)

describe('reading a calibration table', () => {
  it('takes a name and three numbers, whatever white space is between them', () => {
    const table = parseCalibrationTable('# op_name\na 1.5 -1 2\r\nb\t0.5  -.25   1e-3\n')
    expect([...table.entries]).toEqual([
      ['a', { threshold: 1.5, min: -1, max: 2 }],
      ['b', { threshold: 0.5, min: -0.25, max: 0.001 }],
    ])
    expect(table.diagnostics).toEqual([])
    expect([...thresholds(table)]).toEqual([
      ['a', 1.5],
      ['b', 0.5],
    ])
  })

  it('the first of two rows with one name counts, and the second is reported', () => {
    const table = parseCalibrationTable('a 1 -1 1\na 2 -2 2\n', 'my_table')
    expect(table.entries.get('a')?.threshold).toBe(1)
    expect(table.diagnostics).toEqual([expect.objectContaining({ code: 'CALIBRATION_ROW_REPEATED', at: ['my_table', 'line 2'] })])
  })

  it('one inf in a row counts as 65000, but not inside a name', () => {
    const table = parseCalibrationTable('info/inf 0.5 -inf 1\nb 1 0 inf\n')
    expect([...table.entries]).toEqual([
      ['info/inf', { threshold: 0.5, min: -65000, max: 1 }],
      ['b', { threshold: 1, min: 0, max: 65000 }],
    ])
    expect(table.diagnostics.map(({ code }) => code)).toEqual(['CALIBRATION_INFINITE', 'CALIBRATION_INFINITE'])
  })

  it.each(['a 1 2', 'a 1 2 3 4', ' a 1 2 3', 'a 1 2 3 ', 'a nan 1 2', 'a 1 inf -inf', 'a 1e+5 1 2', 'a +1 0 1', 'a 1 2 x', 'a - e 1'])(
    'passes over "%s" and says so',
    (line) => {
      const table = parseCalibrationTable(`b 1 -1 1\n${line}\n`)
      expect([...table.entries.keys()]).toEqual(['b'])
      expect(table.diagnostics).toEqual([
        expect.objectContaining({ level: 'warning', code: 'CALIBRATION_LINE_IGNORED', at: ['calibration table', 'line 2'] }),
      ])
    },
  )

  it('sections: 4-bit thresholds, asymmetric ops, 4-bit ops, weight scales, fp8', () => {
    const table = parseCalibrationTable(
      [
        'a 1 -1 1',
        '',
        '#int4_th',
        'a 0.5 -1 1',
        '',
        '#asym_op',
        'silu',
        'conv',
        '# symmetric_op',
        '# x',
        '#int4_op',
        'mm',
        '#weight_scale',
        'conv_weight 2 0.1 0.2',
        'mm_weight 3 0.1',
        '',
      ].join('\n'),
    )
    expect(table.int4.get('a')).toEqual({ threshold: 0.5, min: -1, max: 1 })
    expect(table.entries.get('a')?.threshold).toBe(1)
    expect(table.asymmetricOps).toEqual(['silu', 'conv'])
    expect(table.int4Ops).toEqual(['mm'])
    expect([...table.weightScales]).toEqual([['conv_weight', [0.1, 0.2]]])
    expect(table.fp8).toBe(false)
    expect(table.diagnostics.map(({ at }) => at[1])).toEqual(['line 15'])
    expect(parseCalibrationTable('#tpu-mlir-fp8 caliration table\na 1 -1 1\n').fp8).toBe(true)
    expect(parseCalibrationTable('a 1 -1 1\n').asymmetricOps).toBeUndefined()
  })

  it('header values of every known version', () => {
    const old = parseCalibrationTable('# genertated time: now\n# sample number: 7\na 1 0 1\n')
    expect(old.header).toEqual({ generatedTime: 'now', samples: '7' })
    const text = '# mlir version: v2 cali version 1.0\n# mlir: m.mlir\n# q fingerprint: abc\na 1 0 1'
    const { header, fingerprints } = parseCalibrationTable(text)
    expect([header, fingerprints]).toEqual([{ version: 'v2', mlirFile: 'm.mlir' }, ['abc']])
  })

  it('a file without rows is reported; a file that is no text is refused', () => {
    expect(codes('')).toEqual(['CALIBRATION_TABLE_NO_ROWS'])
    expect(codes('# only\n')).toEqual(['CALIBRATION_TABLE_NO_ROWS'])
    expect(() => parseCalibrationTable('PNG\0\0')).toThrow(expect.objectContaining({ code: 'CALIBRATION_TABLE_NOT_TEXT' }))
  })

  it('any text prints back as it was', () => {
    const piece = fc.constantFrom('a 1 -1 1', 'b  2 0 2', '\n', '\r\n', '#asym_op', '#int4_th', '# x', ' ', '\t', 'nan', 'a 1 -1 1\n')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          fc.pre(!text.includes('\0'))
          expect(formatCalibrationTable(parseCalibrationTable(text))).toBe(text)
        },
      ),
    )
  })
})

describe('making a calibration table', () => {
  it('prints the format of release 1.30.2', () => {
    const table = createCalibrationTable({
      ...parts,
      entries: [
        ['x', { threshold: 1 / 256, min: -0, max: 1 }],
        ['y', { threshold: 0, min: -1e-9, max: 2 }],
      ],
      int4: [['x', { threshold: 7, min: -8, max: 7 }]],
      asymmetricOps: ['s'],
      symmetricOps: ['t'],
      int4Ops: ['u'],
      fingerprint: 'f00',
      madeFor: 'mix_search',
    })
    expect(formatCalibrationTable(table).split('\n')).toEqual([
      '# mlir version: v1 cali version 1.0',
      '# mlir: net.mlir',
      '# genetated time: 2026-01-02 03:04:05.000006',
      '# quantization threshold calculation method: kl',
      '# histogram number: 2048',
      '# sample number: 10',
      '# q fingerprint: f00',
      '# q made for: mix_search',
      '###',
      '# tune number: 5',
      '###',
      '# op_name    threshold    min    max',
      'x 0.0039062 -0.0000000 1.0000000',
      'y 0.0000100 -0.0000000 2.0000000',
      '',
      '#int4_th',
      'x 7.0000000 -8.0000000 7.0000000',
      '',
      '#asym_op',
      's',
      '',
      '# symmetric_op',
      '# t',
      '',
      '#int4_op',
      'u',
      '',
    ])
    expect(table.entries.get('x')).toEqual({ threshold: 0.0039062, min: -0, max: 1 })
    expect([table.fingerprints, table.header.tune, table.header.madeFor, table.diagnostics]).toEqual([['f00'], '5', 'mix_search', []])
  })

  it('refuses what a table cannot hold', () => {
    const row = { threshold: 1, min: 0, max: 1 }
    const refusal = (changed: object, code: string) => {
      expect(() => createCalibrationTable({ ...parts, entries: [], ...changed })).toThrow(expect.objectContaining({ code }))
    }
    for (const name of ['', 'a b', '#a', 'a\0b', 'a\u0085b', 'a\ud800']) refusal({ entries: [[name, row]] }, 'CALIBRATION_NAME_INVALID')
    refusal({ entries: [['a', { ...row, max: NaN }]] }, 'CALIBRATION_ROW_INVALID')
    refusal({ mlirFile: 'asym_op.mlir' }, 'CALIBRATION_HEADER_INVALID')
    refusal({ fingerprint: 'a\nb' }, 'CALIBRATION_HEADER_INVALID')
  })

  it('replaces rows and leaves every other byte', () => {
    const table = parseCalibrationTable('# c\r\na  1 -1 1\nb 2 -2 2\n#int4_th\na 3 3 3')
    const changed = replaceCalibrationRows(table, new Map([['a', { threshold: 0.5, min: -1, max: 1 }]]))
    expect(formatCalibrationTable(changed)).toBe('# c\r\na 0.5000000 -1.0000000 1.0000000\nb 2 -2 2\n#int4_th\na 3 3 3')
    expect(changed.entries.get('a')?.threshold).toBe(0.5)
  })
})
