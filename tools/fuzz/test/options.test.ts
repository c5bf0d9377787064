import { expect, it } from 'vitest'

const { helpText, readOptions } = await import(String(new URL('../options.mjs', import.meta.url)))
const { progressText } = await import(String(new URL('../progress.mjs', import.meta.url)))

const kinds = ['top', 'npz']

it('takes numbers and kinds, and has a default for each', () => {
  expect(readOptions([], kinds)).toMatchObject({ help: false, seconds: 60, cases: Infinity, from: 0, kinds: [], output: 'temp/fuzz.json' })
  expect(readOptions(['--kind', 'top', '--seed', '3', '--from', '418', '--cases', '1'], kinds)).toMatchObject({
    ...{ seed: 3, from: 418, cases: 1, kinds: ['top'] },
  })
})

it('refuses what is no number of the kind, unknown kinds and unknown options', () => {
  for (const [args, wanted] of [
    [['--seconds', 'soon'], '--seconds: found "soon", wanted a number of 1 or more'],
    [['--cases', '1.5'], '--cases: found "1.5", wanted a whole number of 1 or more'],
    [['--workers', '0'], '--workers: found "0", wanted a whole number of 1 or more'],
    [['--seed', ''], '--seed: found "", wanted a whole number of 0 or more'],
    [['--kind', 'tpu'], '--kind: there is no kind tpu; there are top, npz'],
    [['--sed', '1'], "Unknown option '--sed'"],
  ] as const)
    expect(() => readOptions(args, kinds), args.join(' ')).toThrow(wanted)
})

it('the help names every option with its default, and the kinds', () => {
  for (const part of ['--seconds N', '(default: 60)', '--kind KIND', 'kinds: top npz', '--seed 3 --from 418 --cases 1 '])
    expect(helpText(kinds)).toContain(part)
})

it('progress says what is done and when it will be over', () => {
  const state = { done: 30, fell: 1, elapsed: 10, seconds: 60, cases: Infinity }
  expect(progressText(state)).toBe('30 cases, 3.0 a second, 1 fell, 50 s left')
  expect(progressText({ ...state, cases: 45 })).toBe('30 of 45 cases, 3.0 a second, 1 fell, 5 s left')
  expect(progressText({ ...state, done: 0, elapsed: 0 })).toBe('0 cases, 0.0 a second, 1 fell, 60 s left')
})
