import { parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import type { SectionDefinition } from '../segments/section-definition.ts'
import { createConstantBook } from '../workers/constant-book.ts'
import type { OpenOrClose } from '../workers/protocol.ts'
import { createTally } from './counts.ts'
import { createOpenSections } from './open-sections.ts'

const shared = parseGraph('graph g\nx: f32[1,8]\nw: f32[8] = 0.5\ny = Mul(x, w)\nreturn y')

/** A section that is known by a name. */
const section = (hash: string, graph = shared): SectionDefinition => ({
  hash,
  graph,
  feeds: ['x'],
  fetches: ['y'],
  bytes: [32],
  wideBytes: [32],
})
const a = section('a')
/** What one of these takes. */
const one = (() => {
  const tally = createTally()
  createOpenSections(1e9, createConstantBook(false), tally).open(a, () => {})
  return tally.sectionBytes
})()

function opened(room: number) {
  const told: OpenOrClose[] = []
  const tally = createTally()
  const sections = createOpenSections(room, createConstantBook(false), tally)
  return {
    told,
    tally,
    sections,
    /** Runs a task of some sections; what it tells, in its order. */
    task(...names: readonly string[]): string {
      sections.begin()
      const said: string[] = []
      const tell = (message: OpenOrClose): void => {
        told.push(message)
        said.push(`${message.kind} ${message.section}`)
      }
      for (const name of names) {
        const behind = sections.open(section(name), tell)
        said.push(`run ${name}`)
        behind?.()
      }
      return said.join(', ')
    },
  }
}

describe('open sections', () => {
  it('stay open as far as they fit', () => {
    const { task, tally } = opened(2 * one)
    expect(task('a', 'b')).toBe('open a, run a, open b, run b')
    expect(task('a', 'b')).toBe('run a, run b')
    expect([tally.sectionBytes, tally.mostSectionBytes]).toEqual([2 * one, 2 * one])
  })

  it('that have no room beside those of this task and the last are closed as soon as they have run', () => {
    const { task, tally } = opened(2 * one)
    const ends = 'open c, run c, close c, open d, run d, close d'
    expect(task('a', 'b', 'c', 'd')).toBe(`open a, run a, open b, run b, ${ends}`)
    expect(task('a', 'b', 'c', 'd')).toBe(`run a, run b, ${ends}`)
    expect([tally.sectionBytes, tally.mostSectionBytes]).toEqual([2 * one, 3 * one])
  })

  it('give way when neither this task nor the last ran them, the one used longest ago first', () => {
    const { task } = opened(2 * one)
    task('a', 'b')
    task('b')
    expect(task('c')).toBe('close a, open c, run c')
    expect(task('c', 'b')).toBe('run c, run b')
  })

  it('are each run where there is room for none', () => {
    const { task, tally } = opened(0)
    expect(task('a', 'a', 'b')).toBe('open a, run a, close a, open a, run a, close a, open b, run b, close b')
    expect([tally.sectionBytes, tally.mostSectionBytes]).toEqual([0, one])
  })

  it('are told each constant once, and let it go with the last of them', () => {
    const { task, told } = opened(2 * one)
    task('a', 'b')
    task('b')
    task('c', 'd')
    task('e')
    const constants = told.map((message) => `${message.kind} ${message.section} ${message.constants.length}`)
    // Equal numbers of one array are one constant.
    expect(constants).toEqual(['open a 1', 'open b 0', 'close a 0', 'open c 0', 'open d 0', 'close d 0', 'close b 0', 'open e 0'])
    const { task: another, told: each } = opened(0)
    another('a')
    another('b')
    expect(each.map(({ kind, constants: some }) => `${kind} ${some.length}`)).toEqual(['open 1', 'close 1', 'open 1', 'close 1'])
  })

  it('are told anew when all were closed', () => {
    const { task, sections, told, tally } = opened(9 * one)
    task('a', 'b')
    sections.clear((message) => told.push(message))
    expect(told.slice(2).map(({ kind, section: name }) => `${kind} ${name}`)).toEqual(['close a', 'close b'])
    expect(tally.sectionBytes).toBe(0)
    expect(task('a')).toBe('open a, run a')
    expect(told.at(-1)!.constants).toHaveLength(1)
  })

  it('are reckoned at their constants twice, and at activations as long as these are kept from run to run', () => {
    const bytesOf = (text: string): number => {
      const { tally, sections } = opened(0)
      sections.open(section('s', parseGraph(text)), () => {})
      return tally.mostSectionBytes
    }
    const small = bytesOf('graph g\nx: f32[1,8]\ny = Relu(x)\nreturn y')
    expect(bytesOf('graph g\nx: f32[1,8]\nw: f32[1000] = 0.5\ny = Relu(x)\nz = Mul(w, w)\nreturn y') - small).toBeGreaterThanOrEqual(8000)
    expect(bytesOf('graph g\nx: f32[1,1000]\ny = Relu(x)\nreturn y') - small).toBe(2 * 4 * 992)
    // Two values are there at once, however many there are in all.
    expect(bytesOf('graph g\nx: f32[1,1000]\na = Relu(x)\nb = Relu(a)\ny = Relu(b)\nreturn y') - small).toBe(2 * 4 * 1992)
    expect(bytesOf('graph g\nx: f32[1,1000000]\ny = Relu(x)\nreturn y')).toBe(small - 2 * 4 * 8)
  })
})
