import { SingleBar } from 'cli-progress'
import { plainReporter } from './plain-reporter.ts'
import type { Reporter, Streams } from './reporter.ts'

/** Lines as the plain reporter's, and one bar with the time left that redraws itself in place. */
export function terminalReporter(streams: Streams & { readonly err: NodeJS.WriteStream }): Reporter {
  const plain = plainReporter(streams)
  let bar: SingleBar | undefined
  let stage = ''
  const close = () => {
    bar?.stop()
    bar = undefined
    stage = ''
  }
  const above =
    <A extends readonly unknown[]>(print: (...args: A) => void) =>
    (...args: A) => {
      close()
      print(...args)
    }
  return {
    print: above(plain.print),
    note: above(plain.note),
    diagnostic: above(plain.diagnostic),
    error: above(plain.error),
    event: () => {},
    progress(progress) {
      if (bar === undefined || progress.stage !== stage) {
        close()
        stage = progress.stage
        bar = new SingleBar({
          format: '{stage} [{bar}] {value}/{total} | {eta_formatted} left',
          stream: streams.err,
          // Beside the bar stand the stage, two counts and the time left.
          barsize: Math.max(5, Math.min(40, (streams.err.columns ?? 80) - 42)),
          hideCursor: true,
          etaBuffer: 50,
        })
        bar.start(progress.total, progress.done, { stage })
      }
      bar.setTotal(progress.total)
      bar.update(progress.done)
      if (progress.done >= progress.total) close()
    },
    close,
  }
}
