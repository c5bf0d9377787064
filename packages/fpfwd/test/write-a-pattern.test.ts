import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkFamilies, floatPatterns } from '../src/index.ts'
import { inOtherOrder, sketch } from './sketch.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/write-a-pattern.md'), 'utf8')
const example = /```json\n([\s\S]*?)```/.exec(page)![1]!

const blockOf = (i: number): string => `
  x${i} = Conv+relu(y${i - 1}, w); pooled${i} = ReduceMean(x${i}); squeezed${i} = Conv+relu(pooled${i}, w); excited${i} = Conv(squeezed${i}, w)
  weights${i} = Sigmoid(excited${i}); y${i} = Mul(weights${i}, x${i})`

it('docs/write-a-pattern.md has an example that finds what it says', () => {
  const families = checkFamilies(JSON.parse(example), 'squeeze.json')
  const net = sketch([blockOf(1), blockOf(2)].join('\n'))
  for (const each of [net, inOtherOrder(net)]) {
    const found = floatPatterns(each, { families })
    expect(found).toMatchObject({ family: 'squeeze-excitation', count: 2 })
    expect(found!.layers.map(({ layer }) => layer).sort()).toEqual(['pooled1', 'pooled2', 'weights1', 'weights2'])
  }
  expect(floatPatterns(sketch(blockOf(1)), { families })).toBeUndefined()
})
