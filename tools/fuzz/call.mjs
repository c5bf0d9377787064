import { main } from '@q/cli'

/** What is kept of an output: more is a fault of its own. */
const most = 4_000_000

/** Runs a command in this process and folder. @returns its exit code and what it printed */
export async function call(args) {
  const texts = { out: '', err: '' }
  const writes = [process.stdout.write, process.stderr.write]
  const into =
    (name) =>
    (text, ...rest) => {
      if (texts[name].length < most) texts[name] += text.toString()
      rest.find((each) => typeof each === 'function')?.()
      return true
    }
  process.stdout.write = into('out')
  process.stderr.write = into('err')
  try {
    return { code: await main(args), ...texts }
  } catch (error) {
    return { code: 'thrown', ...texts, err: `${texts.err}${error?.stack ?? error}` }
  } finally {
    ;[process.stdout.write, process.stderr.write] = writes
  }
}
