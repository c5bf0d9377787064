/** Exit codes that commands end with of their own accord. */
const usual = [0, 1, 2, 3, 4, 5]

/** More than this is no message. */
const longest = 64_000

/** What is wrong with the end of a command, in words; nothing where it ended as it should. */
export function faultIn({ code, out, err: told }) {
  const err = told + errorsOf(out)
  if (!usual.includes(code)) return `exit ${code}: ${firstLines(err)}`
  if (/^\s+at .+:\d+:\d+\)?$/m.test(err)) return `stack trace: ${firstLines(err)}`
  const inside =
    /cannot read propert|is not a function|is not iterable|undefined or null|invalid (?:array|typed array) length|maximum call stack|out of bounds of|offset is out of/i.exec(
      err,
    )
  if (inside !== null && code !== 0) return `words of the program's inside: ${firstLines(err)}`
  if (err.length > longest || (code !== 0 && out.length > longest))
    return `a message of ${err.length + out.length} letters: ${err.slice(0, 200)}`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(told + out)) return `control characters in ${JSON.stringify(err.slice(0, 200))}`
  const errors = err.split('\n').filter((line) => /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+: /.test(line))
  if (code >= 2 && errors.length !== 1) return `${errors.length} errors in the place of one: ${firstLines(err)}`
  const missing = ['at', 'found', 'wanted', 'do'].filter((part) => !new RegExp(`^  ${part}: `, 'm').test(err))
  if (code >= 2 && missing.length > 0) return `the error does not say ${missing.join(', ')}: ${firstLines(err)}`
  return undefined
}

/** The errors among the events of `--json`, as they are told elsewhere. */
const errorsOf = (out) =>
  out
    .split('\n')
    .filter((line) => line.startsWith('{"event":"error"'))
    .map((line) => JSON.parse(line))
    .map(({ code, message, at, found, wanted, hint }) =>
      [`${code}: ${message}`, `  at:     ${at}`, `  found:  ${found}`, `  wanted: ${wanted}`, `  do:     ${hint}`].join('\n'),
    )
    .join('\n')

const firstLines = (text) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, 4)
    .join(' | ')
    .slice(0, 500)
