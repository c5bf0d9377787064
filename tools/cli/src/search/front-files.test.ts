import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunFiles } from '../files/run-files.ts'
import { formerPoints, possibleFrontFiles } from './front-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-front-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const files = () => createRunFiles(() => {})
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

describe('the files of a front', () => {
  it('are looked at before the work: an input among them is refused', async () => {
    write('qtable_3', 'layers that are decided')
    const run = files()
    await run.readText(join(folder, 'qtable_3'))
    await expect(run.claim(possibleFrontFiles(join(folder, 'qtable'), join(folder, 'cali')))).rejects.toMatchObject({
      code: 'FILE_TAKEN',
      at: [join(folder, 'qtable_3')],
    })
    expect(possibleFrontFiles('q', 'c')).toEqual(expect.arrayContaining(['q_front.json', 'q_1', 'c_1', 'q_40', 'c_40']))
  })

  it('of a longer front before are named, and nobody else`s', async () => {
    const places = { planFile: join(folder, 'qtable'), tableFile: join(folder, 'cali') }
    const point = (i: number) => ({ plan: `elsewhere/qtable_${i}`, table: i === 3 ? 'cali_3' : 'cali' })
    write('qtable_front.json', JSON.stringify({ points: [1, 2, 3, 4].map(point) }))
    for (const name of ['qtable_1', 'qtable_2', 'qtable_3', 'qtable_7', 'cali', 'cali_3', 'cali_4']) write(name, 'a table')
    const now = new Map([
      [places.planFile, ''],
      [`${places.planFile}_1`, ''],
      [places.tableFile, ''],
    ])
    // The fourth was removed, the seventh is of no front.
    expect(await formerPoints(places, now, files())).toEqual(['qtable_2', 'qtable_3', 'cali_3'].map((name) => join(folder, name)))
    for (const text of ['', '{}', '[1]', '{"points":[{"plan":5}]}', '{"points":3}']) {
      write('qtable_front.json', text)
      expect(await formerPoints(places, now, files())).toEqual([])
    }
  })
})
