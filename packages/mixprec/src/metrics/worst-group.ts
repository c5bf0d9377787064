import { channelAxisOf } from './channel-axis.ts'
import type { Metric, OutputPair } from './metric.ts'

/**
 * The largest `‖b − a‖ / ‖a‖` of all groups, where a group is one place of an output's channel axis: large coordinates do not drown small scores. A
 * group that should be zero everywhere has the loss 1 unless it is.
 */
export const worstGroup: Metric = {
  name: 'worst-group',
  measure(pair) {
    const groups = groupLosses(pair)
    return { loss: groups.reduce((worst, each) => Math.max(worst, each), 0), groups }
  },
  combine: (losses) => losses.reduce((worst, { loss }) => Math.max(worst, loss), 0),
}

function groupLosses({ wanted, found, shape, channelAxis = channelAxisOf(shape) }: OutputPair): readonly number[] {
  const count = channelAxis === undefined ? 1 : shape[channelAxis]!
  const stride = channelAxis === undefined ? 1 : shape.slice(channelAxis + 1).reduce((product, extent) => product * extent, 1)
  const signal = new Float64Array(count)
  const noise = new Float64Array(count)
  for (let i = 0, group = 0, left = stride; i < wanted.length; i++) {
    const [a, b] = [wanted[i]!, found[i]!]
    signal[group]! += a * a
    noise[group]! += (b - a) * (b - a)
    if (--left > 0) continue
    left = stride
    group = group + 1 === count ? 0 : group + 1
  }
  return Array.from(noise, (energy, group) => relative(signal[group]!, energy))
}

function relative(signal: number, noise: number): number {
  if (noise === 0) return 0
  if (signal === 0) return 1
  const loss = Math.sqrt(noise / signal)
  return Number.isNaN(loss) ? Infinity : loss
}
