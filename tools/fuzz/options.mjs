import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

/** Options: what they say, and which numbers they take; one without `least` takes words. */
const options = {
  seconds: { default: '60', of: 'N', least: 1, about: 'stop after so many seconds' },
  cases: { default: 'all', of: 'N', least: 1, isWhole: true, about: 'stop after so many cases, or at the end of the time (all)' },
  seed: { default: 'of the clock', of: 'N', least: 0, isWhole: true, about: 'what all cases follow from' },
  from: { default: '0', of: 'N', least: 0, isWhole: true, about: 'the number of the first case' },
  kind: { default: 'all', of: 'KIND', multiple: true, about: 'cases of this kind only; may be given several times' },
  workers: { default: String(Math.max(1, availableParallelism() - 1)), of: 'N', least: 1, isWhole: true, about: 'processes side by side' },
  output: { default: 'temp/fuzz.json', of: 'FILE', about: 'what fell, as JSON' },
}

/** What `--help` prints. @param {readonly string[]} kinds */
export const helpText = (kinds) =>
  [
    'npm run fuzz -- [options]: feeds the commands damaged files and random models, and tells what they do wrong',
    '',
    ...Object.entries(options).map(
      ([name, { of, about, default: fallback }]) => `  ${`--${name} ${of}`.padEnd(16)} ${about} (default: ${fallback})`,
    ),
    `  ${'--help'.padEnd(16)} this text`,
    '',
    `kinds: ${kinds.join(' ')}`,
    '',
    'npm run fuzz -- --seconds 600                     half of the cases random models, half files of every kind',
    'npm run fuzz -- --kind top --kind tpu --seconds 60',
    'npm run fuzz -- --seed 3 --from 418 --cases 1     one case again',
    '',
    'exit codes: 0 nothing fell, 1 something did, 2 options that are wrong',
  ].join('\n')

/**
 * Reads the command line.
 *
 * @param {readonly string[]} args
 * @param {readonly string[]} kinds
 * @returns the options as numbers and words; `help` where it is asked for
 * @throws Error with a message for the user
 */
export function readOptions(args, kinds) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      ...Object.fromEntries(Object.entries(options).map(([name, { multiple }]) => [name, { type: 'string', multiple: multiple === true }])),
    },
  })
  const unknown = values.kind?.find((kind) => !kinds.includes(kind))
  if (unknown !== undefined) throw new Error(`--kind: there is no kind ${unknown}; there are ${kinds.join(', ')}`)
  const numberOf = (name, fallback) => (values[name] === undefined ? fallback : checkedNumber(name, values[name]))
  return {
    help: values.help === true,
    seconds: numberOf('seconds', Number(options.seconds.default)),
    cases: values.cases === 'all' ? Infinity : numberOf('cases', Infinity),
    seed: numberOf('seed', Date.now() % 1e9),
    from: numberOf('from', 0),
    kinds: values.kind ?? [],
    workers: numberOf('workers', Number(options.workers.default)),
    output: values.output ?? options.output.default,
  }
}

function checkedNumber(name, text) {
  const { least, isWhole } = options[name]
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(number) && number >= least && (isWhole !== true || Number.isSafeInteger(number))) return number
  throw new Error(`--${name}: found ${JSON.stringify(text)}, wanted a ${isWhole === true ? 'whole ' : ''}number of ${least} or more`)
}
