import { runQ } from './measure.mjs'

/** Exit codes of a search: done, and the target missed, which takes as long. */
const codes = [0, 4]

/**
 * What a search took.
 *
 * @typedef {{ readonly seconds: number, readonly executed: number, readonly whole: number }} SearchUsage `executed` nodes on a sample, and how many it were if every trial were run whole
 */

/**
 * Runs a search of q from nothing, calibration included.
 *
 * @param {string} folder
 * @param {readonly string[]} args
 * @returns {Promise<SearchUsage>}
 */
export async function timeSearch(folder, args) {
  let text = ''
  const onOutput = (/** @type {string} */ more) => {
    text += more
  }
  const { seconds } = await runQ(folder, [...args, '--json'], { codes, onOutput })
  const line = text.split('\n').find((each) => each.startsWith('{"event":"evaluated"'))
  if (line === undefined) throw new Error('the search told no counters')
  const { nodeExecutions, referenceExecutions, wholeExecutions } = JSON.parse(line)
  return { seconds, executed: nodeExecutions + referenceExecutions, whole: wholeExecutions }
}
