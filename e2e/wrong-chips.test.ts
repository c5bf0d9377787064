import { createReferenceExecutor } from '@q/exec-ref'
import type { Backend } from '@q/ir'
import { backendConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { chip, lower } from './plain-chip.ts'
import { wrongs } from './wrong-chips.ts'
import { wrongFiles } from './wrong-files.ts'

/** The first test about these operators that a chip fails; nothing is run after it. */
async function firstFailed(backend: Backend, ops: readonly string[]): Promise<string | undefined> {
  const tests: (readonly [string, () => Promise<void>])[] = []
  backendConformance({
    runner: { describe: (_, body) => body(), it: (title, body) => void tests.push([title, body]) },
    create: () => backend,
    executor: () => createReferenceExecutor(),
  })
  for (const [title, body] of tests) {
    if (!ops.some((op) => title === op || title.startsWith(`${op}:`) || title.startsWith(`${op},`))) continue
    try {
      await body()
    } catch (error) {
      return `${title}: ${String(error)}`
    }
  }
  return undefined
}

describe('the suite for back ends', () => {
  it('takes the chip that is right', async () => expect(await firstFailed(chip(), Object.keys(lower))).toBeUndefined())
  // A ReLU leaves no number on which these roundings differ, and a number less itself is 0 in every scale.
  const same = ['codes of Relu rescaled half-away-from-zero', 'Sub of one operand twice']
  it.each([...wrongs, ...wrongFiles].filter(([what]) => !same.includes(what)))('finds %s', async (_, ops, backend) =>
    expect(await firstFailed(backend, ops)).toBeDefined(),
  )
})
