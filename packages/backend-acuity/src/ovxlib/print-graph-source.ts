import { cFloat, cName, cText, functionName } from './c-names.ts'
import type { DataPlace } from './data-file.ts'
import type { OvxGraph, OvxNode, OvxParam, OvxQuant, OvxTensor } from './ovx-graph.ts'

/** Members of parameters that are no whole numbers. */
const floats = /\.(?:alpha|beta|betaValue|eps|scale|scale_a|scale_b|factor|leaky_ratio|clamp_top|clamp_bottom|min|max)$/

/** The public headers (TIM-VX, vsi_nn_node_type.h) call the member `layernorm`, the description of the toolkit's sources (spec/acuity.md 6.3) `layernormalize`. */
const layerNormMember = `
/* What the headers at hand call the parameters of a layer normalization. */
#if defined(_VSI_NN_NODE_TYPE_H) || defined(_VSI_NN_OP_CLIENT_LAYERNORMALIZE_H)
#define VNN_LAYER_NORM layernorm
#else
#define VNN_LAYER_NORM layernormalize
#endif
`

/** The C source that builds the graph: `vnn_<name>.c` (spec/acuity.md 6.2). */
export function printGraphSource(graph: OvxGraph, places: ReadonlyMap<number, DataPlace>): string {
  const { name, tensors, nodes, inputs, outputs } = graph
  const title = functionName(name)
  return `/* Written by q for the ovxlib API; the network ${cText(name)}. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vsi_nn_pub.h"
#include "vnn_global.h"
#include "vnn_${cName(name)}.h"

#define NODES ${nodes.length}
#define TENSORS ${tensors.length}
#define INPUTS ${inputs.length}
#define OUTPUTS ${outputs.length}
${nodes.some(({ op }) => op === 'LAYER_NORM') ? layerNormMember : ''}
/* Scales of channels. */
${tensors.flatMap(({ quant }, i) => (quant.kind === 'AFFINE_PERCHANNEL_SYMMETRIC' ? [channelLines(quant.scales, i)] : [])).join('\n')}
/* Lists of parameters. */
${nodes.flatMap((node, i) => listLines(node, i)).join('\n')}

static uint8_t *load(FILE *file, long offset, size_t bytes)
{
    uint8_t *data = (uint8_t *)malloc(bytes);
    if (data == NULL)
        return NULL;
    if (fseek(file, offset, SEEK_SET) != 0 || fread(data, 1, bytes, file) != bytes)
    {
        free(data);
        return NULL;
    }
    return data;
}

/* A tensor of the network: ends of it are made for the caller, constants are read, all others are left to the library. */
static int add(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t *id, vsi_nn_tensor_attr_t *attr, int is_end, FILE *file, long offset, size_t bytes)
{
    uint8_t *data = NULL;
    attr->dtype.fmt = VSI_NN_DIM_FMT_NCHW;
    if (file != NULL)
    {
        data = load(file, offset, bytes);
        if (data == NULL)
            return -1;
        attr->is_const = TRUE;
        attr->vtl = FALSE;
    }
    else if (is_end)
    {
        attr->vtl = FALSE;
    }
    else
    {
        attr->dim_num = VSI_NN_DIM_AUTO;
        attr->vtl = TRUE;
    }
    if (is_end && getenv("VSI_USE_FROM_HANDLE") != NULL)
        *id = vsi_nn_AddTensorFromHandle(graph, VSI_NN_TENSOR_ID_AUTO, attr, NULL);
    else
        *id = vsi_nn_AddTensor(graph, VSI_NN_TENSOR_ID_AUTO, attr, data);
    free(data);
    return *id == VSI_NN_TENSOR_ID_NA ? -1 : 0;
}

static int add_nodes(vsi_nn_graph_t *graph, vsi_nn_node_t **node)
{
${nodes.map(nodeLines).join('\n')}
    return 0;
}

static int add_tensors(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t *id, FILE *file)
{
    vsi_nn_tensor_attr_t attr;
${tensors.map((tensor, i) => tensorLines(tensor, i, places.get(i))).join('\n')}
    return 0;
}

static void wire(vsi_nn_graph_t *graph, vsi_nn_node_t **node, const vsi_nn_tensor_id_t *id)
{
${nodes.flatMap(({ inputs: read, outputs: made }, i) => [...read.map((place, j) => `    node[${i}]->input.tensors[${j}] = id[${place}];`), ...made.map((place, j) => `    node[${i}]->output.tensors[${j}] = id[${place}];`)]).join('\n')}
${inputs.map((place, i) => `    graph->input.tensors[${i}] = id[${place}];`).join('\n')}
${outputs.map((place, i) => `    graph->output.tensors[${i}] = id[${place}];`).join('\n')}
}

/* The whole network is one node of a binary. */
static int add_binary(vsi_nn_graph_t *graph, const char *file_name)
{
    vsi_nn_tensor_attr_t attr;
    vsi_nn_tensor_id_t id;
    vsi_nn_node_t *node = vsi_nn_AddNode(graph, VSI_NN_OP_NBG, INPUTS, OUTPUTS, NULL);
    if (node == NULL)
        return -1;
    node->uid = 0;
    node->nn_param.nbg.type = VSI_NN_NBG_FILE;
    node->nn_param.nbg.url = file_name;
${[...inputs.map((place, i) => endLines(tensors[place]!, place, `input.tensors[${i}]`)), ...outputs.map((place, i) => endLines(tensors[place]!, place, `output.tensors[${i}]`))].join('\n')}
    return 0;
}

vsi_nn_graph_t *vnn_Create${title}(const char *data_file_name, vsi_nn_context_t in_ctx)
{
    vsi_nn_context_t ctx = in_ctx;
    vsi_nn_graph_t *graph = NULL;
    vsi_nn_node_t **node = (vsi_nn_node_t **)calloc(NODES, sizeof(vsi_nn_node_t *));
    vsi_nn_tensor_id_t *id = (vsi_nn_tensor_id_t *)calloc(TENSORS, sizeof(vsi_nn_tensor_id_t));
    size_t length = strlen(data_file_name);
    int is_binary = length > 3 && strcmp(data_file_name + length - 3, ".nb") == 0;
    FILE *file = is_binary ? NULL : fopen(data_file_name, "rb");
    int failed = node == NULL || id == NULL || (!is_binary && file == NULL);
    if (!failed && ctx == NULL)
        ctx = vsi_nn_CreateContext();
    if (!failed && ctx != NULL)
        graph = is_binary ? vsi_nn_CreateGraph(ctx, INPUTS + OUTPUTS, 1) : vsi_nn_CreateGraph(ctx, TENSORS, NODES);
    if (graph != NULL)
    {
        vsi_nn_SetGraphVersion(graph, VNN_VERSION_MAJOR, VNN_VERSION_MINOR, VNN_VERSION_PATCH);
        vsi_nn_SetGraphInputs(graph, NULL, INPUTS);
        vsi_nn_SetGraphOutputs(graph, NULL, OUTPUTS);
        if (is_binary)
            failed = add_binary(graph, data_file_name) != 0;
        else
        {
            failed = add_nodes(graph, node) != 0 || add_tensors(graph, id, file) != 0;
            if (!failed)
                wire(graph, node, id);
        }
        if (!failed)
            failed = vsi_nn_SetupGraph(graph, FALSE) != VSI_SUCCESS;
        if (failed)
            vnn_Release${title}(graph, in_ctx == NULL);
    }
    if (file != NULL)
        fclose(file);
    free(node);
    free(id);
    return failed ? NULL : graph;
}

void vnn_Release${title}(vsi_nn_graph_t *graph, vsi_bool release_ctx)
{
    vsi_nn_context_t ctx;
    if (graph == NULL)
        return;
    ctx = graph->ctx;
    vsi_nn_ReleaseGraph(&graph);
    if (release_ctx)
        vsi_nn_ReleaseContext(&ctx);
}
`
}

const channelLines = (scales: readonly number[], i: number): string =>
  `static const float scales_${i}[] = {${scales.map(cFloat).join(', ')}};\nstatic const int32_t zeros_${i}[${scales.length}] = {0};`

const isList = (param: OvxParam): param is { readonly list: readonly number[]; readonly type: string } =>
  typeof param === 'object' && 'list' in param
const listName = (member: string, i: number): string => `${member.replace(/\W/g, '_')}_${i}`

function listLines({ params }: OvxNode, i: number): readonly string[] {
  return Object.entries(params).flatMap(([member, param]) =>
    isList(param) ? [`static ${param.type} ${listName(member, i)}[] = {${param.list.join(', ')}};`] : [],
  )
}

function nodeLines({ name, op, inputs, outputs, params }: OvxNode, i: number): string {
  const set = Object.entries(params).flatMap(([member, param]): readonly string[] => {
    const left = `    node[${i}]->nn_param.${member}`
    if (typeof param === 'object' && 'each' in param) return param.each.map((x, j) => `${left}[${j}] = ${x};`)
    if (isList(param)) return [`${left} = ${listName(member, i)};`]
    return [`${left} = ${typeof param === 'number' && floats.test(member) ? cFloat(param) : param};`]
  })
  return `    /* ${name.replaceAll('*/', '* /')} */
    node[${i}] = vsi_nn_AddNode(graph, VSI_NN_OP_${op}, ${inputs.length}, ${outputs.length}, NULL);
    if (node[${i}] == NULL)
        return -1;
    node[${i}]->uid = ${i};
${set.join('\n')}`.trimEnd()
}

function quantLines(quant: OvxQuant, i: number): readonly string[] {
  const kind = `    attr.dtype.qnt_type = VSI_NN_QNT_TYPE_${quant.kind};`
  if (quant.kind === 'DFP') return [kind, `    attr.dtype.fl = ${quant.fl};`]
  if (quant.kind === 'AFFINE_ASYMMETRIC')
    return [kind, `    attr.dtype.scale = ${cFloat(quant.scale)};`, `    attr.dtype.zero_point = ${quant.zeroPoint};`]
  if (quant.kind === 'AFFINE_SYMMETRIC') return [kind, `    attr.dtype.scale = ${cFloat(quant.scale)};`]
  if (quant.kind !== 'AFFINE_PERCHANNEL_SYMMETRIC') return [kind]
  return [
    kind,
    `    attr.dtype.scales = scales_${i};`,
    `    attr.dtype.scale_dim = ${quant.scales.length};`,
    `    attr.dtype.channel_dim = ${quant.channelDim};`,
    `    attr.dtype.zero_points = zeros_${i};`,
  ]
}

const attrLines = ({ size, type, quant }: OvxTensor, i: number): readonly string[] => [
  '    memset(&attr, 0, sizeof(attr));',
  ...size.map((d, j) => `    attr.size[${j}] = ${d};`),
  `    attr.dim_num = ${size.length};`,
  `    attr.dtype.vx_type = VSI_NN_TYPE_${type};`,
  ...quantLines(quant, i),
]

function tensorLines(tensor: OvxTensor, i: number, place: DataPlace | undefined): string {
  const isEnd = tensor.kind === 'input' || tensor.kind === 'output'
  const from = place === undefined ? 'NULL, 0, 0' : `file, ${place.offset}L, ${place.bytes}`
  return [
    `    /* ${tensor.name.replaceAll('*/', '* /')} */`,
    ...attrLines(tensor, i),
    `    if (add(graph, &id[${i}], &attr, ${isEnd ? 1 : 0}, ${from}) != 0)`,
    '        return -1;',
  ].join('\n')
}

function endLines(tensor: OvxTensor, i: number, end: string): string {
  return [
    ...attrLines(tensor, i),
    '    if (add(graph, &id, &attr, 1, NULL, 0, 0) != 0)',
    '        return -1;',
    `    node->${end} = id;`,
    `    graph->${end} = id;`,
  ].join('\n')
}
