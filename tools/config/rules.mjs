/** Longest file, in lines, before it needs an exception here. */
export const longestFile = 300

/** Longest record of a decision in docs/adr. */
export const longestDecision = { lines: 30, words: 600 }

/** Longer files that are allowed, each with its reason. */
export const longFiles = {}

/** Words that say nothing about what a file holds; not to be used in file names. */
export const emptyNames = ['manager', 'helper', 'helpers', 'util', 'utils', 'common', 'misc', 'base', 'core', 'handler', 'processor']

/** File names that hold such a word all the same, each with its reason. */
export const emptyNamesAllowed = {
  'tools/config/tsup.base.ts': 'shared settings that every tsup.config.ts extends',
}

/** Private workspace packages whose code and types are inlined into the packages that list them as development dependency. */
export const inlined = ['@q/npz']

/** Packages that may import Node's own modules in shipped code. The others run in a browser as well. */
export const nodePackages = ['packages/data', 'tools/cli']

/** Folders of packages without Node modules that hold suites for Node's test runners. */
export const nodeFolders = ['packages/ir/src/conformance/']

/** Other files that may name a Node module, each with its reason. */
export const nodeFiles = {
  'packages/calib/src/observe/worker-pool.ts': 'loads worker threads where there are any, and does without where there are none',
}

/** Packages that must work for every chip, so that a chip family is added without touching them. */
export const chipFreePackages = [
  'packages/ir',
  'packages/exec-ref',
  'packages/exec-ort',
  'packages/mlir',
  'packages/mixprec',
  'packages/fpfwd',
  'tools/cli',
]

/** A chip's or a chip family's name inside an identifier or a string. */
export const chipName = /bm16\d\d|bm1684|cv18\d|cv18xx|sg2\d\d\d|acuity|cvitek|sophgo|verisilicon/i

/** Uses of a chip's name in those packages that are right, as `file`, or `folder/` with all that it holds, to reason. */
export const chipNamesAllowed = {
  'tools/cli/src/wiring/backends.ts': 'the table from the words of users to the modules of chips',
  'tools/cli/src/pegasus/': 'the command lines of the toolkit of one family, on its own files',
}

/** What one import may cost a web page: minified, gzip-compressed, with everything it pulls in. */
// 0.3 kB of it are scales with a fixed point and factors in float32, which a third family of chips has.
// 7.2 kB of it see to it that nothing wrong passes silently: misspelled words of a scheme, names that mean two things, numbers of a lowering that are none,
// arguments that are no graph, tables that are of two graphs at once, rows that another mode reads otherwise or that cannot be meant, negative numbers and factors that have no codes.
export const importSizes = [{ package: '@q/ir', name: 'resolve', limitBytes: 40_000 }]

/** Least share of a package's lines, in percent, that its own tests must run through with no files from outside the repository. */
export const leastCoverage = 85

/** Workspaces that are tested from outside instead, each with its reason. */
export const looselyCovered = {
  'tools/cli': 'wires the packages; e2e runs its commands as processes of their own, where lines are not counted',
}
