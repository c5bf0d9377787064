import { describe, expect, it } from 'vitest'
import { parseInputMeta } from './input-meta.ts'
import { makeInputMeta } from './make-input-meta.ts'
import { makePostprocess, parsePostprocess } from './postprocess.ts'
import { parseYamlText } from './yaml-text.ts'

describe('a new input meta file', () => {
  it('feeds pictures as they are until it is corrected, other tensors as numbers', () => {
    const ports = [
      { lid: 'image_1', shape: [1, 3, 8, 8] },
      { lid: 'state_2', shape: [1, 12] },
    ]
    const { databases } = parseInputMeta(makeInputMeta({ ports }), 'new.yml')
    expect(databases).toMatchObject([
      {
        path: 'dataset.txt',
        type: 'TEXT',
        ports: [
          { lid: 'image_1', category: 'image', layout: 'nchw', shape: [1, 3, 8, 8], mean: [0, 0, 0], scale: [1, 1, 1] },
          { lid: 'state_2', category: 'undefined', shape: [1, 12], mean: [0], scale: [1] },
        ],
      },
    ])
  })

  it('has a list of samples for each input where that is asked for, means and scales that are given', () => {
    const ports = [
      { lid: 'a_1', shape: [1, 1, 4, 4], mean: [127.5], scale: [0.0078125] },
      { lid: 'b_2', shape: [4] },
    ]
    const text = makeInputMeta({ ports, isSeparated: true, sources: ['a.txt'] })
    expect(parseInputMeta(text, 'new.yml').databases).toMatchObject([
      { path: 'a.txt', ports: [{ lid: 'a_1', mean: [127.5], scale: [0.0078125] }] },
      { path: 'dataset1.txt', ports: [{ lid: 'b_2' }] },
    ])
    expect(text).toContain('preproc_type: IMAGE_GRAY')
  })
})

describe('a post-process file', () => {
  const made = makePostprocess([{ lid: 'attach_z/out0_0', rank: 3 }])

  it('that is new prints five elements and writes results', () => {
    expect(parsePostprocess(made, 'post.yml')).toEqual({ topn: 5, dumps: true })
    expect(parseYamlText(made, 'post.yml').root.kind).toBe('map')
    expect(made).toContain('  - lid: attach_z/out0_0\n')
  })

  it('says less where less is in it', () => {
    expect(parsePostprocess('postprocess:\n  acuity_postprocs:\n    print_topn:\n      topn: 3\n', 'post.yml')).toEqual({
      topn: 3,
      dumps: false,
    })
    expect(parsePostprocess('postprocess:\n  acuity_postprocs:\n    dump_results:\n      file_type: TENSOR\n', 'post.yml')).toEqual({
      dumps: true,
    })
  })

  it.each([
    ['no steps', 'postprocess:\n  app_postprocs: []\n', 'nothing'],
    ['another step', made.replace('print_topn', 'print_all'), 'print_all'],
    ['a number that is none', made.replace('topn: 5', 'topn: many'), 'many'],
    ['another type of files', made.replace('TENSOR', 'NPY'), 'NPY'],
  ])('%s is refused', (_, text, found) => {
    expect(() => parsePostprocess(text, 'post.yml')).toThrow(expect.objectContaining({ code: 'POSTPROCESS_FILE', found }))
  })
})
