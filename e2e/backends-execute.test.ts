import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Backend, Value } from '@q/ir'
import { backendConformance } from '@q/ir/conformance'
import { encodeWeights, readTpu, writeTpu } from '@q/mlir'
import { describe, expect, it } from 'vitest'

const codec = { write: writeTpu, read: readTpu, encodeWeights }

backendConformance({
  runner: { describe, it },
  create: () => bm1684x({ codec }),
  executor: () => createReferenceExecutor(),
})

it('a chip that takes the factors of transposed filters in another order fails', async () => {
  const tests: { readonly title: string; readonly body: () => Promise<void> }[] = []
  const made = bm1684x({ codec })
  const lower: Backend['lower'] = {
    ...made.lower,
    ConvTranspose: (node, context) => {
      const lowered = made.lower['ConvTranspose']!(node, context)
      const changed = (value: Value): Value => {
        if (value.constant === undefined || !value.name.endsWith('_quant_int32')) return value
        const data = value.constant.data as Int32Array
        const channels = data.length / 3
        const reversed = Int32Array.from(data, (_, i) => data[(channels - 1 - Math.floor(i / 3)) * 3 + (i % 3)]!)
        return { ...value, constant: { ...value.constant, data: reversed } }
      }
      return { ...lowered, values: lowered.values.map(changed) }
    },
  }
  backendConformance({
    runner: { describe: (_, body) => body(), it: (title, body) => void tests.push({ title, body }) },
    create: () => ({ ...made, lower }),
    executor: () => createReferenceExecutor(),
  })
  const run = tests.find(({ title }) => title.startsWith('ConvTranspose, filters of other magnitudes, bias: around zero'))
  await expect(run!.body()).rejects.toThrow('codes are not what the scheme says')
})
