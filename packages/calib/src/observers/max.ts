import type { Observer, ObserverFactory } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { createKernels } from '../kernels/kernels.ts'
import { runningRange } from './running-range.ts'

/** Options of {@link max}. */
export interface MaxOptions {
  /** The inner loops; one set can serve all observers of a thread. @default a set of its own */
  readonly kernels?: Kernels
}

/** The method `max`: the largest magnitude of all samples. */
export function max({ kernels = createKernels() }: MaxOptions = {}): ObserverFactory {
  return {
    name: 'max',
    anyOrder: true,
    create({ name }, from): Observer {
      const running = runningRange(name, from?.numbers)
      const finish = () => running.finish((magnitude) => magnitude)
      return {
        observe(values) {
          running.extend(kernels.extent(values))
        },
        range: () => finish().range,
        state: () => ({ numbers: running.state() }),
        get diagnostics() {
          return finish().diagnostics
        },
      }
    },
  }
}
