import type { ObserverFactory } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { notFinite } from '../observers/running-range.ts'

/** The method, with each sample checked before an observer sees it: its errors then name the layer. */
export function guarded(method: ObserverFactory, kernels: Kernels): ObserverFactory {
  return {
    name: method.name,
    ...(method.anyOrder === undefined ? {} : { anyOrder: method.anyOrder }),
    create(value, from) {
      const observer = method.create(value, from)
      return {
        ...(observer.state === undefined ? {} : { state: () => observer.state!() }),
        observe(values) {
          const extent = kernels.extent(values)
          if (!Number.isFinite(extent.min) || !Number.isFinite(extent.max)) throw notFinite(value.name, extent)
          observer.observe(values)
        },
        range: () => observer.range(),
        get diagnostics() {
          return observer.diagnostics ?? []
        },
      }
    },
  }
}
