import type { Reporter, Streams } from './reporter.ts'
import { visibleJson } from './visible-text.ts'

/** One JSON object a line on standard output; nothing else is printed. */
export function jsonReporter(streams: Streams): Reporter {
  const emit = (event: string, fields: Readonly<Record<string, unknown>>) =>
    void streams.out.write(`${visibleJson(JSON.stringify({ event, ...fields }))}\n`)
  return {
    print: (text) => emit('line', { text }),
    note: (text) => emit('note', { text }),
    diagnostic: (diagnostic) => emit('diagnostic', { ...diagnostic }),
    progress: (progress) => emit('progress', { ...progress }),
    event: emit,
    error: ({ code, message, kind, at, found, wanted, hint }) => emit('error', { code, message, kind, at, found, wanted, hint }),
    close: () => {},
  }
}
