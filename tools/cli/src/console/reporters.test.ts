import { QError } from '@q/ir'
import { expect, it } from 'vitest'
import { jsonReporter } from './json-reporter.ts'
import { plainReporter } from './plain-reporter.ts'

function streams() {
  const texts = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({ write: (text: string) => void (texts[name] += text) })
  return { texts, out: stream('out'), err: stream('err') }
}

it('plain: progress at the start, then at most every two seconds, and at the end', () => {
  const { texts, out, err } = streams()
  let now = 0
  const reporter = plainReporter({ out, err }, () => now)
  for (let done = 1; done <= 10; done++) {
    reporter.progress({ stage: 'observe', done, total: 10 })
    now += 500
  }
  expect(texts.err.trim().split('\n')).toEqual([
    expect.stringMatching(/^observe: 1\/10/),
    'observe: 5/10, 2 s left',
    'observe: 9/10, 0 s left',
    expect.stringMatching(/^observe: 10\/10, took (4|5) s$/),
  ])
  expect(texts.out).toBe('')
})

it('plain: control characters of names are written out, on both streams', () => {
  const { texts, out, err } = streams()
  const reporter = plainReporter({ out, err })
  reporter.print('a\u001b[31mb')
  reporter.note('c\u0000d\u0085')
  reporter.error(new QError('ARTIFACT_NAME', 'of e\u007f', { at: ['f\rg'], found: 'h\u0000\n\ti' }))
  expect(texts.out).toBe('a\\u001b[31mb\n')
  expect(texts.err).toBe('c\\u0000d\\u0085\nARTIFACT_NAME: of e\\u007f\n  at:     f\\u000dg\n  found:  h\\u0000\n\ti\n')
})

it('plain: a line that a file made endless is cut in its middle; results are printed whole', () => {
  const { texts, out, err } = streams()
  const reporter = plainReporter({ out, err })
  reporter.note('a'.repeat(1e6))
  reporter.print('b'.repeat(1e4))
  expect(texts.err.length).toBeLessThan(2100)
  expect(texts.err).toContain('… (998000 letters) …')
  expect(texts.out).toHaveLength(1e4 + 1)
})

it('json: every line is one object, on standard output', () => {
  const { texts, out, err } = streams()
  const reporter = jsonReporter({ out, err })
  reporter.print('a')
  reporter.progress({ stage: 'observe', done: 1, total: 2 })
  reporter.event('calibrated', { rows: 3 })
  reporter.error(new QError('FILE_MISSING', 'there is none', { at: ['x'], kind: 'input' }))
  expect(texts.err).toBe('')
  expect(
    texts.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { event: 'line', text: 'a' },
    { event: 'progress', stage: 'observe', done: 1, total: 2 },
    { event: 'calibrated', rows: 3 },
    { event: 'error', code: 'FILE_MISSING', message: 'there is none', kind: 'input', at: ['x'] },
  ])
})
