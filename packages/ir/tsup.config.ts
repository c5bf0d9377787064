import { library } from '../../tools/config/tsup.base.ts'

const entries = ['graph', 'ops', 'number', 'tables', 'resolve', 'lowering', 'container', 'section', 'conformance']

export default library({ entries: ['src/index.ts', ...entries.map((entry) => `src/${entry}/index.ts`)] })
