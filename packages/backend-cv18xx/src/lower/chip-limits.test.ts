import { expect, it } from 'vitest'
import { resolvedText } from '../../test/resolved-text.ts'

/* TPU-MLIR 1.30.2 ends in CV18xx.cpp on the first. */
it.each([
  [-2, true],
  [2, false],
])('a slice with steps of %s backwards is told, which the compiler has not: %s', (step, isTold) => {
  const [start, end] = step < 0 ? [5, -1] : [0, 6]
  const { diagnostics } = resolvedText(
    `x: f32[1,2,6]; y = Slice(x) {starts = [0, 0, ${start}], ends = [1, 2, ${end}], steps = [1, 1, ${step}]}`,
  )
  const told = diagnostics.filter(({ code }) => code === 'CHIP_LIMIT').map(({ message }) => message)
  expect(told).toEqual(isTold ? [expect.stringMatching(/^Slice y may fail on the chip: .*a step backwards/)] : [])
})
