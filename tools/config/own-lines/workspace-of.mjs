/** The folder of the workspace that a file is in, with a slash behind it. */
export function workspaceOf(path) {
  return /^.*?\/(?:packages|tools)\/[^/]+\//.exec(path)[0]
}
