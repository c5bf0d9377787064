import { unpackError } from './packed-error.ts'
import type { FromWorkbench, ToWorkbench } from './protocol.ts'
import type { Workbench } from './workbench.ts'
import type { EvaluationWorker } from './worker-port.ts'

/** The answer to a task that was done. */
export type TaskDone = Extract<FromWorkbench, { kind: 'done' }>

/** The line to a workbench: what is sent is done in its order. */
export interface BenchLine {
  /** How many tasks may be under way at once, so that the bench never waits. */
  readonly depth: number
  tell(message: Exclude<ToWorkbench, { kind: 'task' }>): void
  /** @throws QError what the task threw */
  ask(message: Extract<ToWorkbench, { kind: 'task' }>): Promise<TaskDone>
  /** Ends a task that is under way before its next step, and then the bench. */
  close(): Promise<void>
}

/** A bench on this thread. */
export function lineHere(bench: Workbench): BenchLine {
  let last: Promise<unknown> = Promise.resolve()
  const queue = (message: ToWorkbench): Promise<FromWorkbench | undefined> => {
    const answer = last.then(() => bench.handle(message))
    last = answer
    return answer
  }
  return {
    depth: 1,
    tell: (message) => void queue(message),
    ask: async (message) => doneOrThrow((await queue(message))!),
    async close() {
      await bench.handle({ kind: 'stop' })
      await last
      await bench.close()
    },
  }
}

/** A bench on another thread. */
export function lineTo(worker: EvaluationWorker): BenchLine {
  const waiting: { readonly done: (answer: FromWorkbench) => void; readonly failed: (error: Error) => void }[] = []
  let failure: Error | undefined
  let idle = (): void => {}
  worker.onMessage((message) => {
    waiting.shift()!.done(message as FromWorkbench)
    if (waiting.length === 0) idle()
  })
  worker.onFailure((error) => {
    failure = error
    for (const { failed } of waiting.splice(0)) failed(error)
    idle()
  })
  return {
    depth: 3,
    tell: (message) => worker.post(message),
    async ask(message) {
      if (failure !== undefined) throw failure
      const answer = new Promise<FromWorkbench>((done, failed) => waiting.push({ done, failed }))
      worker.post(message)
      return doneOrThrow(await answer)
    },
    async close() {
      // A thread that is ended within native code takes the process with it.
      if (waiting.length > 0) {
        const isIdle = new Promise<void>((resolve) => {
          idle = resolve
        })
        worker.post({ kind: 'stop' })
        await isIdle
      }
      await worker.terminate()
    },
  }
}

function doneOrThrow(answer: FromWorkbench): TaskDone {
  if (answer.kind === 'failed') throw unpackError(answer.error)
  return answer
}
