import { formatError } from '@q/ir'
import { formatSeconds, secondsLeft } from './eta.ts'
import type { Reporter, Streams } from './reporter.ts'
import { shortNames, shortText } from './short-text.ts'
import { visibleText } from './visible-text.ts'

/** Plain lines, for logs: progress at the start, the end, and at most every `everyMs` milliseconds in between. */
export function plainReporter(streams: Streams, now: () => number = Date.now, everyMs = 2000): Reporter {
  let stage = ''
  let started = 0
  let lastLine = 0
  const write = (stream: Streams['out'], text: string) => void stream.write(`${visibleText(text)}\n`)
  const note = (line: string) => write(streams.err, shortText(shortNames(line)))
  return {
    // What was asked for is read by programs as well, which need names as they are.
    print: (line) => write(streams.out, line),
    note,
    diagnostic: ({ level, code, message, at }) => note(`${level}: ${code}: ${message}${at.length > 0 ? ` (${at.join(' > ')})` : ''}`),
    progress(progress) {
      const time = now()
      if (progress.stage !== stage) {
        stage = progress.stage
        started = time
        lastLine = Number.NEGATIVE_INFINITY
      }
      const ended = progress.done >= progress.total
      if (!ended && time - lastLine < everyMs) return
      lastLine = time
      const left = secondsLeft(started, time, progress.done, progress.total)
      const tail = ended ? `, took ${formatSeconds((time - started) / 1000)}` : left === undefined ? '' : `, ${formatSeconds(left)} left`
      note(`${progress.stage}: ${progress.done}/${progress.total}${tail}`)
    },
    event: () => {},
    error: (error) => write(streams.err, shortNames(formatError(error))),
    close: () => {},
  }
}
