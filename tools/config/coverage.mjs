import { checkCoverage, coveredWorkspaces, measureCoverage } from './checks/coverage.mjs'

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))

if (process.argv.includes('--exclude')) {
  // What `vitest` is told where the tests of these workspaces have run already.
  console.log(
    coveredWorkspaces()
      .map(({ place }) => `--exclude=${place}/**`)
      .join(' '),
  )
} else if (wanted.length === 0) {
  const result = await checkCoverage()
  const { failures, notes = [] } = Array.isArray(result) ? { failures: result } : result
  for (const note of notes) console.log(note)
  for (const failure of failures) console.log(`FAIL  ${failure}`)
  process.exitCode = failures.length === 0 ? 0 : 1
} else {
  const workspaces = coveredWorkspaces().filter(({ place, name }) => wanted.includes(place) || wanted.includes(name))
  const { broken = [], measured } = await measureCoverage(workspaces)
  for (const line of broken) console.log(line)
  if (broken.length > 0) process.exitCode = 1
  for (const { place, percent, covered, lines, missed } of measured) {
    console.log(`${place}: ${covered} of ${lines} lines, ${percent.toFixed(2)} %`)
    for (const file of missed)
      console.log(`${String(file.missed).padStart(6)} lines left  ${String(file.percent).padStart(6)} %  ${file.path}`)
  }
}
