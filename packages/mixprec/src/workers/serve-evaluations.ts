import type { ToWorkbench } from './protocol.ts'
import { createWorkbench, type WorkbenchOptions } from './workbench.ts'
import type { EvaluationPort } from './worker-port.ts'

/**
 * The worker's side of an evaluator: does what comes in at a port, in its order, until the thread is ended. A post-processing is handed in here as well, since
 * functions do not travel.
 */
export function serveEvaluations(port: EvaluationPort, options: WorkbenchOptions): void {
  const bench = createWorkbench(options)
  let last: Promise<void> = Promise.resolve()
  port.onMessage((message) => {
    if ((message as ToWorkbench).kind === 'stop') return void bench.handle({ kind: 'stop' })
    last = last.then(async () => {
      const answer = await bench.handle(message as ToWorkbench)
      if (answer !== undefined) port.post(answer)
    })
  })
}
