import { library } from '../../tools/config/tsup.base.ts'

export default library({ entries: ['src/index.ts', 'src/conformance/index.ts'] })
