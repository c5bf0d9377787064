import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createClassicQuantPlan, createExtendedQuantPlan } from './create-quant-plan.ts'
import { formatInlineQuantPlan, parseInlineQuantPlan } from './inline-quant-plan.ts'
import { parseQuantPlan } from './parse-quant-plan.ts'
import { parseQuantMode, quantModes } from './quant-mode.ts'
import { formatQuantPlan } from './quant-plan.ts'

const coded = (code: string, more = {}) => expect.objectContaining({ code, ...more })

describe('reading a quantization plan', () => {
  it('takes name, mode in any case, and a group size', () => {
    const plan = parseQuantPlan('# op_name   quantize_mode\n\na f16\r\nb\tW4F16  128\n#c F32\n')
    expect([...plan.entries]).toEqual([
      ['a', { mode: 'F16' }],
      ['b', { mode: 'W4F16', groupSize: 128 }],
    ])
  })

  it('the last of two lines for one name counts, and is reported', () => {
    const plan = parseQuantPlan('a F16\na F32\n', 'qt')
    expect(plan.entries.get('a')).toEqual({ mode: 'F32' })
    expect(plan.diagnostics).toEqual([coded('QUANT_PLAN_REPEATED', { at: ['qt', 'line 2'] })])
  })

  it.each(['a', 'a F16 x', 'a F16 1 2', ' a F16', 'a F16 '])('refuses the line "%s"', (line) => {
    expect(() => parseQuantPlan(`# x\n${line}\n`, 'qt')).toThrow(coded('QUANT_PLAN_LINE', { at: ['qt', 'line 2'] }))
  })

  it('refuses a mode that is none and proposes one', () => {
    expect(() => parseQuantPlan('a FP16\n', 'qt')).toThrow(
      coded('QUANT_MODE_UNKNOWN', {
        at: ['qt', 'line 1'],
        found: 'FP16',
        hint: expect.stringContaining('did you mean F16'),
      }),
    )
    expect(quantModes.map((mode) => parseQuantMode(mode.toLowerCase()))).toEqual(quantModes)
  })

  it('with a chip at hand, only its modes are advised; those of others are known', () => {
    for (const text of ['a FP16', 'a INTT8'])
      expect(() => parseQuantPlan(text, 'qt', ['Q8', 'F32'])).toThrow(
        expect.objectContaining({
          wanted: 'one of Q8, F32',
          hint: expect.stringMatching(/^(did you mean (Q8|F32)\?|take Q8 or F32, for instance)$/),
        }),
      )
    expect(parseQuantPlan('a F16', 'qt', ['Q8', 'F32']).entries.get('a')).toEqual({ mode: 'F16' })
  })

  it('a plan prints back as it was', () => {
    const piece = fc.constantFrom('a F16', 'b  int8', '# x', '', 'c W4F16 64', 'a F32\r')
    fc.assert(
      fc.property(fc.array(piece), fc.boolean(), (lines, newline) => {
        const text = lines.join('\n') + (newline ? '\n' : '')
        expect(formatQuantPlan(parseQuantPlan(text))).toBe(text)
      }),
    )
  })
})

describe('plans on the command line', () => {
  it('the last colon parts name and mode', () => {
    const plan = parseInlineQuantPlan('conv1:f16,net:0:INT8')
    expect([...plan.entries]).toEqual([
      ['conv1', { mode: 'F16' }],
      ['net:0', { mode: 'INT8' }],
    ])
    expect(formatInlineQuantPlan(plan)).toBe('conv1:F16,net:0:INT8')
  })

  it.each(['', 'a', ':F16', 'a:F16,', 'a b:F16'])('refuses "%s"', (text) => {
    expect(() => parseInlineQuantPlan(text)).toThrow(coded('QUANT_PLAN_INLINE'))
  })

  it('refuses modes that are none, and entries it cannot write', () => {
    expect(() => parseInlineQuantPlan('a:F16,b:')).toThrow(coded('QUANT_MODE_UNKNOWN', { at: ['quantization plan', 'part 2'] }))
    expect(() => formatInlineQuantPlan({ entries: new Map([['a,b', { mode: 'F16' }]]) })).toThrow(coded('QUANT_PLAN_INLINE'))
    const grouped = { entries: new Map([['a', { mode: 'W4F16', groupSize: 64 }]] as const) }
    expect(() => formatInlineQuantPlan(grouped)).toThrow(coded('QUANT_PLAN_INLINE'))
  })
})

describe('making a quantization plan', () => {
  it('the form of releases up to 1.22', () => {
    const plan = createClassicQuantPlan({
      chip: 'acme',
      mixMode: 'F16',
      generatedTime: 'T',
      samples: 3,
      entries: [
        ['a', { mode: 'F16' }],
        ['b', { mode: 'W4F16', groupSize: 64 }],
      ],
    })
    expect(formatQuantPlan(plan).split('\n')).toEqual([
      '# genetated time: T',
      '# sample number: 3',
      '# chip: acme  mix_mode: F16',
      '# number of F16 layer: 1',
      '###',
      '# op_name   quantize_mode',
      'a F16',
      'b W4F16 64',
      '',
    ])
    expect([plan.header, plan.entries.size]).toEqual([{ generatedTime: 'T', samples: '3', chip: 'acme', mixMode: 'F16' }, 2])
  })

  it('made of modes that only a chip has, it says them', () => {
    const parts = { chip: 'c', generatedTime: 't', fingerprint: 'f', patternLayers: [], shapeLayers: [], patternLog: [] }
    const plan = createExtendedQuantPlan({ ...parts, customLayers: [['y', { mode: 'DFP16' }]] })
    expect(plan.entries.get('y')).toEqual({ mode: 'DFP16' })
  })

  it('the form of 1.30.2: custom before shape before pattern, counts as given', () => {
    const f16 = { mode: 'F16' } as const
    const plan = createExtendedQuantPlan({
      chip: 'acme',
      fingerprint: 'f00',
      patternLog: ['found it'],
      patternLayers: [
        ['a', f16],
        ['b', f16],
        ['c', f16],
      ],
      shapeLayers: [
        ['b', f16],
        ['c', f16],
      ],
      customLayers: [['c', { mode: 'F32' }]],
    })
    expect(formatQuantPlan(plan).split('\n')).toEqual([
      '# chip: acme',
      '# q fingerprint: f00',
      '# total layers: 6 (unique list blow)',
      '# number of shape layers: 2',
      '# number of pattern layers: 3',
      '# number of custom layers: 1',
      '# # part_quant_mode: None',
      '###',
      '# found it',
      '###',
      '# op_name   quantize_mode',
      '# pattern layers',
      'a F16',
      '# shape layers',
      'b F16',
      '# custom layers',
      'c F32',
      '',
    ])
    expect([plan.fingerprints, plan.header]).toEqual([['f00'], { chip: 'acme' }])
  })

  it('refuses names a plan cannot hold', () => {
    for (const name of ['', 'a b', '#a', 'a\0b', 'a\ud800']) {
      const make = () => createClassicQuantPlan({ chip: 'acme', mixMode: 'F16', entries: [[name, { mode: 'F16' }]] })
      expect(make).toThrow(coded('QUANT_PLAN_NAME_INVALID'))
    }
  })
})
