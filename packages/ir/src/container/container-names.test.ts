import { describe, expect, it } from 'vitest'
import { containerNames } from './container-names.ts'

const files = { beside: ['n.txt'], stem: 'n_int8', endings: { chip: '.nova', portable: '.qnova' } }

describe('names of an artifact with a portable container', () => {
  it.each([
    [{}, { files: ['n.txt', 'n_int8.qnova'], model: 'n_int8.qnova', compiled: 'n_int8.nova' }],
    [{ model: 'm.nova' }, { files: ['n.txt', 'm.qnova'], model: 'm.qnova', compiled: 'm.nova' }],
    [{ model: 'm' }, { files: ['n.txt', 'm.qnova'], model: 'm.qnova', compiled: 'm' }],
    [{ model: 'm.qnova' }, { files: ['n.txt', 'm.qnova'], model: 'm.qnova' }],
    [
      { model: 'm.nova', compiling: true },
      { files: ['n.txt'], compiled: 'm.nova' },
    ],
    [{ compiling: true }, { files: ['n.txt'], compiled: 'n_int8.nova' }],
    [
      { model: 'm.qnova', compiling: true },
      { files: ['n.txt', 'm.qnova'], model: 'm.qnova' },
    ],
  ])('%j', (options, names) => {
    expect(containerNames(files, options)).toEqual(names)
  })
})
