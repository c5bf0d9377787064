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

const unseen = '\u202eevil\u202c \u2066b\u2069 \u200b\u200f\ufeff\u2028 \u{e0041} \ud800x'
const seen = '\\u202eevil\\u202c \\u2066b\\u2069 \\u200b\\u200f\\ufeff\\u2028 \\udb40\\udc41 \\ud800x'

it('plain: marks that turn the direction of writing, or are not seen, are written out; letters and pictures are not', () => {
  const { texts, out, err } = streams()
  const reporter = plainReporter({ out, err })
  reporter.print(`${unseen} שלום 😀`)
  reporter.diagnostic({ level: 'warning', code: 'C', message: unseen, at: [unseen] })
  expect([texts.out, texts.err]).toEqual([`${seen} שלום 😀\n`, `warning: C: ${seen} (${seen})\n`])
})

it('json: the same are written out, and read as what they are', () => {
  const { texts, out, err } = streams()
  jsonReporter({ out, err }).print(unseen)
  expect(texts.out).toContain(seen)
  expect(JSON.parse(texts.out)).toEqual({ event: 'line', text: unseen })
})

it('plain: names that are too long to be read are cut in their middle in messages, and stand whole in what is printed for programs', () => {
  const { texts, out, err } = streams()
  const reporter = plainReporter({ out, err })
  const name = 'n'.repeat(5000)
  reporter.print(`input ${name}: f32 [1]`)
  reporter.error(new QError('C', `there is no ${name}`, { at: ['m.onnx', name], found: name }))
  const short = `${'n'.repeat(100)}… (4800 letters) …${'n'.repeat(100)}`
  expect(texts.out).toBe(`input ${'n'.repeat(5000)}: f32 [1]\n`)
  expect(texts.err).toBe(`C: there is no ${short}\n  at:     m.onnx > ${short}\n  found:  ${short}\n`)
})

it('plain: a line that a file made endless is cut in its middle; results are printed whole', () => {
  const { texts, out, err } = streams()
  const reporter = plainReporter({ out, err })
  reporter.note('a '.repeat(5e5))
  reporter.print('b '.repeat(5e3))
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
