import { type ObserverFactory, QError } from '@q/ir'

/** How much {@link meanOfMaxima} listens to each sample. */
export interface MeanOfMaximaOptions {
  /** What a sample's largest magnitude is multiplied with before the mean is taken; above 0, at most 1. @default 1 */
  readonly share?: number
}

/** A threshold where a value was 0 in every sample: codes need one above 0. */
const ofZeros = 1e-7

/**
 * The mean of the largest magnitudes of the samples: one wild picture moves the threshold by its share of the samples, where the method `max`
 * takes it whole. Range: the least and the largest element of all.
 *
 * @throws QError `OBSERVER_OPTION`
 */
export function meanOfMaxima({ share = 1 }: MeanOfMaximaOptions = {}): ObserverFactory {
  if (!(share > 0 && share <= 1)) {
    throw new QError('OBSERVER_OPTION', 'mean-of-maxima takes no such share', {
      at: ['share'],
      found: String(share),
      wanted: 'a number above 0, at most 1',
      hint: 'leave it out for the mean itself',
      kind: 'usage',
    })
  }
  return {
    name: 'mean-of-maxima',
    anyOrder: true,
    create(_value, from) {
      let [count, sum, min, max] = from?.numbers ?? [0, 0, Infinity, -Infinity]
      return {
        observe(values) {
          let [least, most] = [Infinity, -Infinity]
          for (const value of values) {
            if (value < least) least = value
            if (value > most) most = value
          }
          count! += 1
          sum! += Math.max(Math.abs(least), Math.abs(most))
          min = Math.min(min!, least)
          max = Math.max(max!, most)
        },
        // Where a calibration is interrupted it goes on from these.
        state: () => ({ numbers: [count!, sum!, min!, max!] }),
        range: () => ({ threshold: Math.max((share * sum!) / count!, ofZeros), min: min!, max: max! }),
      }
    },
  }
}
