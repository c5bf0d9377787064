/** Runs test files in the order of their paths, so that those of one workspace follow one another. */
export class InOrder {
  shard(files) {
    return files
  }
  sort(files) {
    return [...files].sort((one, other) => (one.moduleId < other.moduleId ? -1 : 1))
  }
}
