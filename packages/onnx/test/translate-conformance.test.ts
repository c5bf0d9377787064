import { executorConformance } from '@q/ir/conformance'
import { afterAll, describe, expect, it } from 'vitest'
import type { KernelForms } from '../src/index.ts'
import { fileExecutor, partExecutor, refusalOf } from './file-executor.ts'
import { refusedForms } from './refused-forms.ts'

const signed: KernelForms = { conv: 'i8', depthwise: 'f32', matMul: 'i8', linearConv: 'i8' }

for (const [name, create] of [
  ['an exported file', () => fileExecutor()],
  ['a part, exact', () => partExecutor('exact', signed)],
  ['a part, fast', () => partExecutor('fast', signed)],
] as const) {
  describe(`operators worked out by hand, run from ${name}`, () => {
    const found: string[] = []
    executorConformance({
      runner: {
        // Sections and sessions are the business of executors.
        describe: (title, body) => (title === 'executor conformance' ? body() : title === 'operators' ? describe(title, body) : undefined),
        it: (title, body) =>
          void it(title, async () => {
            const refusal = await refusalOf(body as () => Promise<void>)
            if (refusal !== undefined) found.push(title)
          }),
      },
      create,
    })
    afterAll(() => expect(found).toEqual(refusedForms))
  })
}
