import type { SampleSource, Tensor } from '@q/ir'

/** What a network is fed, by input. */
type Inputs = ReadonlyMap<string, Tensor>

/**
 * Inputs that a network takes as well as a sample, none of them the sample itself: whether anything depends on the input takes two to tell. The elements from the last
 * to the first, half of each, and numbers from nothing up to the largest, which also a sample of equal numbers is not; of zeros alone up to one and down to minus one.
 */
export function otherInputs(sample: Inputs): readonly Inputs[] {
  const changes: readonly Change[] = [reversed, halved, rising(1), rising(-1)]
  const others = changes.map((change) => new Map([...sample].map(([name, tensor]) => [name, changed(tensor, change)])))
  return others.filter((other) => !isSameSample(sample, other)).slice(0, mostOthers)
}

/** How many of them are tried: codes that stop at their ends may be the same for one or the other. */
const mostOthers = 3

/** Whether two samples are equal to the last bit. */
export const isSameSample = (a: Inputs, b: Inputs): boolean => [...a].every(([name, tensor]) => isSameTensor(tensor, b.get(name)!))

/** Whether two tensors of one shape are equal to the last bit. */
export function isSameTensor({ data: a }: Tensor, { data: b }: Tensor): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}

/** Those of the first samples that are others than the first; where all are alike, inputs that are made of it. */
export async function* inputsBeside(first: Inputs, samples: SampleSource, count: number): AsyncGenerator<Inputs> {
  let isAlike = true
  for (let i = 1; i < Math.min(count, samples.count); i++) {
    const sample = await samples.load(i)
    if (isSameSample(first, sample)) continue
    isAlike = false
    yield sample
  }
  if (isAlike) yield* otherInputs(first)
}

type Change = (numbers: Float64Array) => Float64Array

function changed(tensor: Tensor, change: Change): Tensor {
  const numbers = Float64Array.from(tensor.data as Float32Array, Number)
  const made = change(numbers)
  // Whole numbers may be places in a table: they stay whole, and up to the largest of the sample.
  if (numbers.every(Number.isInteger)) for (let i = 0; i < made.length; i++) made[i] = Math.round(made[i]!) + 0
  const data = tensor.data.slice()
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) for (let i = 0; i < data.length; i++) data[i] = BigInt(made[i]!)
  else data.set(made)
  return { ...tensor, data }
}

const reversed: Change = (numbers) => numbers.slice().reverse()

const halved: Change = (numbers) => numbers.map((each) => each / 2)

/** Numbers from nothing to the one with the largest magnitude; of zeros alone to one of this sign. */
const rising =
  (sign: 1 | -1): Change =>
  (numbers) => {
    const end = numbers.reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0)
    if (end !== 0 && sign === -1) return numbers
    return numbers.map((_, i) => ((end === 0 ? sign : end) * (i + 1)) / numbers.length)
  }
