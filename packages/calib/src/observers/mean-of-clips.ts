import type { Observer, ObserverFactory } from '@q/ir'
import type { Extent, Kernels } from '../kernels/kernels.ts'
import { runningRange } from './running-range.ts'

/** The magnitude at which a sample is best clipped. */
export type Clip = (values: Float32Array, extent: Extent) => number

/** A method whose threshold is the mean over the samples of the magnitude at which each of them is best clipped. */
export function meanOfClips(method: string, kernels: Kernels, clip: Clip): ObserverFactory {
  return {
    name: method,
    create({ name }, from): Observer {
      const running = runningRange(name, from?.numbers.slice(0, 2))
      let [, , sum = 0, samples = 0] = from?.numbers ?? []
      const finish = () => running.finish(() => sum / samples)
      return {
        observe(values) {
          kernels.holding(values, () => {
            const extent = kernels.extent(values)
            running.extend(extent)
            sum += clip(values, extent)
          })
          samples++
        },
        range: () => finish().range,
        state: () => ({ numbers: [...running.state(), sum, samples] }),
        get diagnostics() {
          return finish().diagnostics
        },
      }
    },
  }
}
