import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * A copy of the tree in a folder of its own: every file that git knows or would add. Installed packages are linked; the
 * repository's own packages are linked to their copies, so that no test reaches the checkout.
 */
export function copyTree(root) {
  const folder = mkdtempSync(join(tmpdir(), 'q-mutate-'))
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  for (const path of listed.split('\0').filter((one) => one !== '' && existsSync(join(root, one)))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(root, path), join(folder, path))
  }
  linkInstalled(root, folder)
  for (const kind of ['packages', 'tools', 'examples']) {
    for (const name of readdirSync(join(folder, kind))) {
      const manifest = join(folder, kind, name, 'package.json')
      if (!existsSync(manifest)) continue
      link(join(folder, kind, name), join(folder, 'node_modules', JSON.parse(readFileSync(manifest, 'utf8')).name))
      if (existsSync(join(root, kind, name, 'node_modules')))
        link(join(root, kind, name, 'node_modules'), join(folder, kind, name, 'node_modules'))
    }
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function linkInstalled(root, folder) {
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@q' || name.startsWith('.')) continue
    const place = join(root, 'node_modules', name)
    if (!name.startsWith('@')) link(place, join(folder, 'node_modules', name))
    else for (const inner of readdirSync(place)) link(join(place, inner), join(folder, 'node_modules', name, inner))
  }
}

function link(target, path) {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}
