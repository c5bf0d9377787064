/** How often a log gets a line, in ms; a terminal has its line renewed. */
const [everyLine, everyLook] = [30_000, 500]

/** @param {{ done: number, fell: number, elapsed: number, seconds: number, cases: number }} state times in s */
export function progressText({ done, fell, elapsed, seconds, cases }) {
  const rate = elapsed > 0 ? done / elapsed : 0
  const left = Math.max(0, Math.min(seconds - elapsed, rate > 0 ? (cases - done) / rate : Infinity))
  return `${done}${Number.isFinite(cases) ? ` of ${cases}` : ''} cases, ${rate.toFixed(1)} a second, ${fell} fell, ${Math.ceil(left)} s left`
}

/**
 * Shows how far the run is: one line that is renewed on a terminal, a line every 30 s in a log.
 *
 * @param {() => Parameters<typeof progressText>[0]} look
 * @param {NodeJS.WriteStream} stream
 */
export function showProgress(look, stream = process.stderr) {
  const isTerminal = stream.isTTY === true
  const show = () => stream.write(isTerminal ? `\r\u001b[K${progressText(look())}` : `${progressText(look())}\n`)
  const timer = setInterval(show, isTerminal ? everyLook : everyLine)
  timer.unref()
  /** Takes the line away, so that another one can be printed. */
  const clear = () => isTerminal && stream.write('\r\u001b[K')
  const end = () => {
    clearInterval(timer)
    clear()
  }
  return { clear, end }
}
