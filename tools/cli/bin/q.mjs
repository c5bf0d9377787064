#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const built = new URL('../dist/index.js', import.meta.url)
const root = new URL('../../../', import.meta.url)

function stop(sentence) {
  process.stderr.write(`q: ${sentence}\n`)
  process.exit(70)
}

/** A checkout has no `dist` until it is built; a package from the registry always has it. */
function buildOnce() {
  if (!existsSync(new URL('turbo.json', root))) stop('the package is incomplete (dist/index.js is missing); install @q/cli again')
  const turbo = fileURLToPath(new URL('node_modules/turbo/bin/turbo', root))
  if (!existsSync(turbo)) stop("nothing is installed here yet; run 'npm ci' at the root of the checkout")
  process.stderr.write('q: first use in this checkout, building (about half a minute)\n')
  const args = [turbo, 'run', 'build', '--filter=@q/cli', '--output-logs=errors-only']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: fileURLToPath(root), encoding: 'utf8' })
  if (status !== 0 || !existsSync(built))
    stop(`the build failed; 'npm run build' shows why\n${`${stdout}${stderr}`.trim().split('\n').slice(-20).join('\n')}`)
}

if (!existsSync(built)) buildOnce()
const { main } = await import(built.href).catch((error) => stop(`cannot start: ${error.message}; install again ('npm ci' in a checkout)`))
process.exitCode = await main(process.argv.slice(2))
// Threads that were stopped on the way do not hold the answer back.
setTimeout(() => process.exit(), 300).unref()
