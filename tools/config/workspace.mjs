import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every workspace of one folder (`packages`, `tools`, `examples`): where it is, and its manifest. */
export function workspacesIn(folder) {
  const parent = join(root, folder)
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .map((name) => ({ name, folder: join(parent, name), place: `${folder}/${name}` }))
    .filter((workspace) => existsSync(join(workspace.folder, 'package.json')))
    .map((workspace) => ({ ...workspace, manifest: JSON.parse(readFileSync(join(workspace.folder, 'package.json'), 'utf8')) }))
}

/** The packages that are published. */
export function publicPackages() {
  return [...workspacesIn('packages'), ...workspacesIn('tools')].filter(({ manifest }) => !manifest.private)
}

/** Files below a folder with one of the endings, as paths from the repository's root; generated and installed ones left out, built ones unless asked for. */
export function filesBelow(folder, endings, { built = false } = {}) {
  const absolute = join(root, folder)
  if (!existsSync(absolute)) return []
  return (
    readdirSync(absolute, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
      .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
      .filter((path) => !/(^|\/)(node_modules|generated|\.turbo)\//.test(path))
      .filter((path) => built || !/(^|\/)dist\//.test(path))
      // What the build puts beside its settings for a moment, while checks run beside it.
      .filter((path) => !/\.bundled_\w+\.mjs$/.test(path))
      .sort()
  )
}

export function readText(path) {
  return readFileSync(join(root, path), 'utf8')
}

/** Runs one installed tool with Node itself. Resolves to its exit code and everything it printed. */
export function runTool(script, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: options.cwd ?? root,
      env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1', npm_config_loglevel: 'error', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** The lines of a tool's output when it failed, otherwise none. */
export async function failuresOfTool(script, args, options) {
  const { code, output } = await runTool(script, args, options)
  return code === 0 ? [] : output.split('\n').filter((line) => line.trim() !== '')
}

/** Maps with at most `width` calls under way; results keep the order of the items. */
export async function mapInParallel(items, width, work) {
  const results = new Array(items.length)
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const index = next
      next += 1
      results[index] = await work(items[index])
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  return results
}
