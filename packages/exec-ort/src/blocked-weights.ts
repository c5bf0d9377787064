import type { Tensor } from '@q/ir'

/** How the weights `[channels, inputs, …window]` of a convolution are arranged for blocks of channels. */
export interface WeightLayout {
  /** Channels in a block. */
  readonly block: number
  /** Whether inputs stand in blocks too, between the window and the channels of a block. */
  readonly blocksInputs: boolean
}

const made = new WeakMap<Tensor, Map<string, Tensor>>()

/**
 * Weights with their channels in blocks: `[channels / block, inputs, …window, block]`, or `[channels / block, inputs / block, …window, block, block]`. What is missing to whole blocks is 0.
 * The shape says how many channels and inputs there are with these.
 */
export function blockedWeights(weights: Tensor, { block, blocksInputs }: WeightLayout): Tensor {
  const known = made.get(weights) ?? new Map<string, Tensor>()
  made.set(weights, known)
  const key = `${block} ${blocksInputs}`
  const found = known.get(key)
  if (found !== undefined) return found
  const [channels, inputs, ...window] = weights.shape as [number, number, ...number[]]
  const taps = window.reduce((product, side) => product * side, 1)
  const wholeChannels = wholeBlocks(channels, block)
  const inner = blocksInputs ? block : 1
  const wholeInputs = wholeBlocks(inputs, inner)
  const source = weights.data as Float32Array
  const data = new Float32Array(wholeChannels * wholeInputs * taps)
  let at = 0
  for (let first = 0; first < wholeChannels; first += block) {
    const lanes = Math.min(block, channels - first)
    for (let outer = 0; outer < wholeInputs; outer += inner) {
      for (let tap = 0; tap < taps; tap++) {
        for (let input = outer; input < outer + inner; input++, at += block) {
          if (input >= inputs) continue
          let from = (first * inputs + input) * taps + tap
          for (let lane = 0; lane < lanes; lane++, from += inputs * taps) data[at + lane] = source[from]!
        }
      }
    }
  }
  const blocked: Tensor = { dtype: 'f32', shape: [wholeChannels, wholeInputs, ...window], data }
  known.set(key, blocked)
  return blocked
}

/** The next multiple of a block. */
export function wholeBlocks(count: number, block: number): number {
  return Math.ceil(count / block) * block
}
