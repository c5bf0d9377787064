import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { plainReporter, quantize } from '@q/cli'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const out = here('out')
await mkdir(out, { recursive: true })
process.chdir(out)

const reporter = plainReporter({ out: process.stdout, err: process.stderr })
const { agreement, files, seconds } = await quantize(
  {
    model: here('digits.onnx'),
    chip: 'bm1684x',
    mode: 'INT8',
    preprocess: { pixelFormat: 'rgb', mean: [123.675, 116.28, 103.53], scale: [0.0171, 0.0175, 0.0174] },
    calibration: { dataset: here('calibration'), inputNum: 20, method: 'kl', bins: 2048, tuneNum: 5 },
    compareData: here('images'),
    compareNum: 40,
  },
  { reporter, signal: new AbortController().signal, env: process.env },
)

const [scores] = agreement.outputs
console.log(`float and INT8 on ${agreement.samples} pictures neither was made from:`)
console.log(`  same answer  ${(100 * agreement.sameTop1).toFixed(1)} %`)
console.log(`  scores       cosine ${scores.cosine.toFixed(6)}, SQNR ${scores.sqnr.toFixed(1)} dB`)
console.log(`time: ${seconds.toFixed(2)} s`)
console.log(`files written to ${out}:`)
for (const file of files) console.log(`  ${file}`)
