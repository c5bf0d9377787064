import { existsSync, readFileSync, writeFileSync } from 'node:fs'

// Loaded before a command of q and the program it watches; leaves the larger peak memory of the two (KiB) in the named file.
const file = process.env.Q_BENCH_USAGE
if (file !== undefined) {
  process.on('exit', () => {
    const known = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
    writeFileSync(file, String(Math.max(known, process.resourceUsage().maxRSS)))
  })
}
