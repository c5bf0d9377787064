import { type Loss, type MetricName, QError } from '@q/ir'
import { type OutputPair, sumOfWeights } from '../metrics/metric.ts'
import { metrics } from '../metrics/metrics.ts'

/** The loss of one sample by one metric: plain data, as it is journaled. */
export interface SampleLoss {
  readonly loss: number
  readonly outputs: readonly {
    readonly name: string
    readonly loss: number
    readonly groups?: readonly number[]
    /** The float model's result is all zeros, or has numbers that are not finite. */
    readonly void?: true
  }[]
}

/** Measures one sample. @throws QError `COMPARISON_EMPTY` where nothing of weight is compared */
export function measureSample(pairs: readonly OutputPair[], name: MetricName): SampleLoss {
  if (!(sumOfWeights(pairs) > 0)) {
    throw new QError('COMPARISON_EMPTY', 'a search has to compare something', {
      at: pairs.map((pair) => pair.name),
      found: `results whose weights add up to ${sumOfWeights(pairs)}`,
      wanted: 'at least one of a weight above 0',
      hint: 'give a weight to what the post-processing returns',
    })
  }
  const metric = metrics[name]
  const losses = pairs.map((pair) => metric.measure(pair))
  return {
    loss: metric.combine(losses, pairs),
    outputs: losses.map((each, i) => ({ name: pairs[i]!.name, ...each, ...(pairs[i]!.isVoid === true ? { void: true } : {}) })),
  }
}

/** The loss over samples, summed in their order. */
export function averageLoss(samples: readonly SampleLoss[]): Loss {
  return {
    mean: mean(samples.map(({ loss }) => loss)),
    samples: samples.map(({ loss }) => loss),
    outputs: samples[0]!.outputs.map(({ name, groups }, o) => {
      const voids = samples.filter(({ outputs }) => outputs[o]!.void === true).length
      return {
        name,
        mean: mean(samples.map(({ outputs }) => outputs[o]!.loss)),
        ...(groups === undefined ? {} : { groups: groups.map((_, g) => mean(samples.map(({ outputs }) => outputs[o]!.groups![g]!))) }),
        ...(voids === 0 ? {} : { void: voids }),
      }
    }),
  }
}

/** The loss of a trial that could not be measured. */
export function infiniteLoss(samples: number, outputs: readonly string[]): Loss {
  return {
    mean: Infinity,
    samples: new Array<number>(samples).fill(Infinity),
    outputs: outputs.map((name) => ({ name, mean: Infinity })),
  }
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length
}
