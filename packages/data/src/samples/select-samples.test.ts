import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { selectSamples } from './select-samples.ts'

let folder = ''

afterAll(() => rm(folder, { recursive: true }))
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'q-data-'))
  await mkdir(join(folder, 'ten/sub'), { recursive: true })
  await mkdir(join(folder, 'none'))
  await mkdir(join(folder, 'text'))
  await mkdir(join(folder, 'mixed'))
  for (let i = 0; i < 10; i++) await writeFile(join(folder, 'ten', i < 5 ? `${i}.JPEG` : `sub/${i}.png`), '')
  await writeFile(join(folder, 'ten/readme.txt'), '')
  await writeFile(join(folder, 'text/readme.txt'), '')
  await writeFile(join(folder, 'mixed/a.npz'), '')
  await writeFile(join(folder, 'mixed/b.jpg'), '')
})

describe('choosing from a folder', () => {
  // random.seed(1684); random.shuffle(list(range(10))) in CPython.
  const order = [1, 8, 9, 6, 5, 3, 2, 4, 0, 7].map((i) => (i < 5 ? `${i}.JPEG` : `sub/${i}.png`))

  it('searches subfolders, sorts by path and shuffles with seed 1684', async () => {
    const { entries, kind } = await selectSamples({ dataset: join(folder, 'ten') })
    expect(kind).toBe('image')
    expect(entries).toEqual(order.map((name) => join(folder, 'ten', name)))
  })

  it('takes a prefix of the same order', async () => {
    const wanted = order.slice(0, 3).map((name) => join(folder, 'ten', name))
    expect((await selectSamples({ dataset: `${folder}/ten/`, inputNum: 3 })).entries).toEqual(wanted)
    expect((await selectSamples({ dataset: join(folder, 'ten'), inputNum: 99 })).entries.length).toBe(10)
  })

  it('takes a sample file in the place of a folder as the one sample it is', async () => {
    const dataset = join(folder, 'ten/0.JPEG')
    expect(await selectSamples({ dataset })).toEqual({ entries: [dataset], kind: 'image' })
  })

  it('does not look through the whole file system', async () => {
    await expect(selectSamples({ dataset: '/' })).rejects.toMatchObject({
      code: 'SAMPLES_FOLDER',
      kind: 'usage',
      found: 'the whole file system',
    })
  })

  it.each([
    ['SAMPLES_EMPTY', 'none'],
    ['SAMPLES_EMPTY', 'text'],
    ['SAMPLES_MIXED', 'mixed'],
    ['FILE_MISSING', 'nowhere'],
    ['FOLDER_IS_FILE', 'ten/readme.txt'],
  ])('%s for %s', async (code, name) => {
    const dataset = join(folder, name)
    await expect(selectSamples({ dataset })).rejects.toMatchObject({ code, hint: expect.any(String), found: expect.any(String) })
  })
})

describe('choosing by a list', () => {
  const listOf = async (text: string): Promise<string> => {
    const path = join(folder, 'list.txt')
    await writeFile(path, text)
    return path
  }

  it('keeps the order, takes the first ones and wins over a folder', async () => {
    const dataList = await listOf(' b.npy,c.npy\r\na.npy,d.npy \nz.npy,y.npy\n')
    const entries = ['b.npy,c.npy', 'a.npy,d.npy', 'z.npy,y.npy']
    expect(await selectSamples({ dataList, dataset: 'nowhere' })).toEqual({ entries, kind: 'npy' })
    expect((await selectSamples({ dataList, inputNum: 2 })).entries).toEqual(['b.npy,c.npy', 'a.npy,d.npy'])
  })

  it.each([
    ['SAMPLES_EMPTY', ''],
    ['SAMPLE_KIND', 'a.npz\n\nb.npz\n'],
    ['SAMPLE_KIND', 'a.npz,b.npz'],
    ['SAMPLE_KIND', 'a.txt'],
    ['SAMPLES_MIXED', 'a.npy\nb.jpg'],
    ['SAMPLES_MIXED', 'a.npy,b.jpg'],
  ])('%s for %j', async (code, text) => {
    const dataList = await listOf(text)
    const at = text === '' ? [dataList] : [dataList, expect.stringMatching(/^entry \d of \d$/)]
    await expect(selectSamples({ dataList })).rejects.toMatchObject({ code, at })
  })
})

describe('choosing nothing', () => {
  it('needs a folder or a list, and a count', async () => {
    await expect(selectSamples({})).rejects.toMatchObject({ code: 'SAMPLES_NOWHERE', kind: 'usage' })
    await expect(selectSamples({ dataset: folder, inputNum: -1 })).rejects.toMatchObject({ code: 'SAMPLES_NUMBER', kind: 'usage' })
    await expect(selectSamples({ dataset: folder, inputNum: Number.NaN })).rejects.toMatchObject({ code: 'SAMPLES_NUMBER' })
  })
})
