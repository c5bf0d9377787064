import { checkCoverage, coveredWorkspaces, measureCoverage } from './checks/coverage.mjs'

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))

if (wanted.length === 0) {
  const { failures, notes } = await checkCoverage()
  for (const note of notes) console.log(note)
  for (const failure of failures) console.log(`FAIL  ${failure}`)
  process.exitCode = failures.length === 0 ? 0 : 1
} else {
  for (const workspace of coveredWorkspaces().filter(({ place, name }) => wanted.includes(place) || wanted.includes(name))) {
    const { place, broken, percent, covered, lines, missed } = await measureCoverage(workspace)
    if (broken) {
      for (const line of broken) console.log(line)
      process.exitCode = 1
      continue
    }
    console.log(`${place}: ${covered} of ${lines} lines, ${percent} %`)
    for (const file of missed)
      console.log(`${String(file.missed).padStart(6)} lines left  ${String(file.percent).padStart(6)} %  ${file.path}`)
  }
}
