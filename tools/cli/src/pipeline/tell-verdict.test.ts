import { expect, it } from 'vitest'
import type { LayerError } from './layer-errors.ts'
import { tellAgreement, tellLayers } from './tell-verdict.ts'

const layer = (name: string, more: Partial<LayerError> = {}): LayerError => ({
  layer: name,
  op: 'Relu',
  mode: 'F16',
  own: 100,
  accumulated: 100,
  notFinite: 0,
  ownNotFinite: 0,
  largest: 1,
  ...more,
})

it('layers that lose numbers altogether come first, and have no decibels', () => {
  const notes: string[] = []
  const quiet = () => {}
  const errors = [layer('noisy', { own: 3 }), layer('behind', { notFinite: 12 }), layer('lost', { notFinite: 1, ownNotFinite: 1 })]
  tellLayers(errors, {
    print: quiet,
    note: (line) => void notes.push(line),
    diagnostic: quiet,
    progress: quiet,
    event: quiet,
    error: quiet,
    close: quiet,
  })
  expect(notes.slice(-3)).toEqual([
    '  lost (Relu, F16): 1 number NaN or infinite, accumulated 1 number NaN or infinite',
    '  noisy (Relu, F16): 3.0 dB, accumulated 100.0 dB',
    '  behind (Relu, F16): 100.0 dB, accumulated 12 numbers NaN or infinite',
  ])
})

it('says that outputs which nothing changes are missed', () => {
  const notes: string[] = []
  const quiet = () => {}
  const reporter = {
    print: quiet,
    note: (line: string) => void notes.push(line),
    diagnostic: quiet,
    progress: quiet,
    event: quiet,
    error: quiet,
    close: quiet,
  }
  const likeness = { cosine: 1, euclidean: 1, sqnr: 100, notFinite: 0 }
  const output = (name: string, dead?: 'float' | 'quantized') => ({
    name,
    ...likeness,
    worst: { ...likeness, sample: 's' },
    silent: 0,
    passed: dead !== 'quantized',
    ...(dead && { dead }),
  })
  tellAgreement({ samples: 2, outputs: [output('y', 'float'), output('z')], tolerance: [0.9, 0.5], passed: true }, reporter)
  expect(notes.some((line) => line.startsWith('missed'))).toBe(false)
  tellAgreement({ samples: 2, outputs: [output('y', 'float')], tolerance: [0.9, 0.5], passed: false }, reporter)
  expect(notes.at(-1)).toBe('missed: every output is the same for every input')
  tellAgreement({ samples: 2, outputs: [output('y', 'quantized'), output('z')], tolerance: [0.9, 0.5], passed: false }, reporter)
  expect(notes.at(-1)).toMatch(/^missed the tolerance .*: y \(.*, the same for every input\)$/)
})
