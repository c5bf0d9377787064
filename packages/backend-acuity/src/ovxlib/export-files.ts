import { cName } from './c-names.ts'
import { dataFile } from './data-file.ts'
import type { OvxGraph } from './ovx-graph.ts'
import { printGraphSource } from './print-graph-source.ts'
import { printPostProcess } from './print-post-process.ts'
import { globalHeader, type InputNumbers, printGraphHeader, printMain, printPreProcess } from './print-program.ts'

const header = (name: string, line: string): string =>
  `#ifndef ${name}\n#define ${name}\n\n#include <stddef.h>\n\n#include "vsi_nn_pub.h"\n\n${line}\n\n#endif\n`

/**
 * The C project of a network and its data file, by name (spec/acuity.md 6.1).
 *
 * @param prefix of the data file
 * @param numbers what is done to the numbers of inputs, by their keys
 */
export function exportFiles(
  graph: OvxGraph,
  { prefix, numbers }: { readonly prefix: string; readonly numbers: ReadonlyMap<string, InputNumbers> },
): ReadonlyMap<string, string | Uint8Array> {
  const { file, places } = dataFile(graph)
  const name = cName(graph.name)
  const sources = ['main.c', `vnn_${name}.c`, 'vnn_pre_process.c', 'vnn_post_process.c']
  return new Map<string, string | Uint8Array>([
    [`vnn_${name}.c`, printGraphSource(graph, places)],
    [`vnn_${name}.h`, printGraphHeader(graph)],
    ['vnn_pre_process.c', printPreProcess(graph, numbers)],
    [
      'vnn_pre_process.h',
      header('VNN_PRE_PROCESS_H', 'vsi_status vnn_PreProcess(vsi_nn_graph_t *graph, const char **paths, size_t count);'),
    ],
    ['vnn_post_process.c', printPostProcess(graph)],
    ['vnn_post_process.h', header('VNN_POST_PROCESS_H', 'vsi_status vnn_PostProcess(vsi_nn_graph_t *graph);')],
    ['vnn_global.h', globalHeader],
    ['main.c', printMain(graph)],
    [
      'makefile.linux',
      `BIN = ${name}\nSOURCES = ${sources.join(' ')}\nCFLAGS += -O2 -Wall -I$(OVXLIB_DIR)/include\nLDLIBS += -L$(OVXLIB_DIR)/lib -lovxlib -lm\n\n$(BIN): $(SOURCES)\n\t$(CC) $(CFLAGS) -o $@ $(SOURCES) $(LDLIBS)\n\nclean:\n\trm -f $(BIN)\n`,
    ],
    [
      'BUILD',
      `cc_binary(\n    name = "${name}",\n    srcs = glob(["*.c", "*.h"]),\n    deps = ["//ovxlib"],\n    linkopts = ["-lm"],\n)\n`,
    ],
    [`${prefix}.export.data`, file],
  ])
}
