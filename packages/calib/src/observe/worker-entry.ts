import type { Observer, QError } from '@q/ir'
import { isQError } from '@q/ir'
import { createKernels } from '../kernels/kernels.ts'
import { methodOf } from '../observers/method.ts'
import { watchesOfValues, withFactories } from './watch.ts'
import type { PlainError, WorkerPort } from './worker-protocol.ts'

/** Runs observers in a worker thread. Bundled into `generated/worker-source.ts`. */
export function serve(port: WorkerPort): void {
  const kernels = createKernels()
  let observers: readonly Observer[] = []
  let places: readonly (readonly number[])[] = []
  const faulty = new Set<number>()
  port.on('message', (message) => {
    try {
      if (message.kind === 'start') {
        const { values, watches } = withFactories(message.list, (method) => methodOf(method, kernels))
        observers = watches.map(({ value, method }, place) => method.create(values[value]!, message.states?.[place]))
        places = watchesOfValues(message.list)
      } else if (message.kind === 'observe') {
        const { sample, value, elements } = message
        if (!faulty.has(value)) {
          try {
            kernels.holding(elements, () => {
              for (const place of places[value]!) observers[place]!.observe(elements)
            })
          } catch (error) {
            if (!isQError(error)) throw error
            faulty.add(value)
            port.postMessage({ kind: 'fault', sample, value, error: plain(error) })
          }
        }
        port.postMessage({ kind: 'free' })
      } else if (message.kind === 'save') {
        port.postMessage({
          kind: 'saved',
          states: observers.flatMap((observer) => (observer.state === undefined ? [] : [observer.state()])),
        })
      } else {
        const good = faulty.size === 0 ? observers : []
        const results = good.map((observer) => ({ range: observer.range(), diagnostics: observer.diagnostics ?? [] }))
        port.postMessage({ kind: 'result', results })
      }
    } catch (error) {
      port.postMessage({ kind: 'crash', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}

function plain({ code, message, at, found, wanted, hint, kind }: QError): PlainError {
  return {
    code,
    message,
    details: {
      at,
      kind,
      ...(found === undefined ? {} : { found }),
      ...(wanted === undefined ? {} : { wanted }),
      ...(hint === undefined ? {} : { hint }),
    },
  }
}
