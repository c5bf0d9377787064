import { writeFileSync } from 'node:fs'

// Loaded before a command of q; leaves the peak memory of the process (KiB) in the named file.
const file = process.env.Q_BENCH_USAGE
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS)))
