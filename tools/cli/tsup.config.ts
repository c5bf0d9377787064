import { library } from '../config/tsup.base.ts'

export default library({
  entries: ['src/index.ts', 'src/search/evaluation-thread.ts', 'src/threads/calibration-program.ts', 'src/graph/layout-program.ts'],
})
