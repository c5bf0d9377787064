import type { Observer, QError } from '@q/ir'
import { isQError } from '@q/ir'
import { createKernels } from '../kernels/kernels.ts'
import { methodOf } from '../observers/method.ts'
import type { PlainError, WorkerPort } from './worker-protocol.ts'

/** Runs observers in a worker thread. Bundled into `generated/worker-source.ts`. */
export function serve(port: WorkerPort): void {
  let observers: readonly Observer[] = []
  const faulty = new Set<number>()
  port.on('message', (message) => {
    try {
      if (message.kind === 'start') {
        const method = methodOf(message.method, createKernels())
        observers = message.values.map((value, i) => method.create(value, message.states?.[i]))
      } else if (message.kind === 'observe') {
        const { sample, value, elements } = message
        if (!faulty.has(value)) {
          try {
            observers[value]!.observe(elements)
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
        port.postMessage({
          kind: 'result',
          ranges: good.map((observer) => observer.range()),
          diagnostics: good.flatMap(({ diagnostics = [] }) => diagnostics),
        })
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
