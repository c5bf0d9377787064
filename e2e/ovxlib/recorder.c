/* A library that builds the graph it is told of, and prints it where it is set up: a line of JSON for each tensor and node. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vsi_nn_pub.h"

struct context { int unused; };

#define NAME(name) #name,
static const char *names[] = {OPS(NAME)};
static const unsigned widths[] = {0, 0, 1, 1, 2, 4, 8, 2, 4, 2};

vsi_nn_context_t vsi_nn_CreateContext(void) { return calloc(1, sizeof(struct context)); }
void vsi_nn_ReleaseContext(vsi_nn_context_t *ctx) { free(*ctx); *ctx = NULL; }

vsi_nn_graph_t *vsi_nn_CreateGraph(vsi_nn_context_t ctx, uint32_t tensors, uint32_t nodes)
{
    vsi_nn_graph_t *graph = calloc(1, sizeof(*graph));
    graph->ctx = ctx;
    graph->tensors = calloc(tensors, sizeof(*graph->tensors));
    graph->nodes = calloc(nodes, sizeof(*graph->nodes));
    return graph;
}

void vsi_nn_ReleaseGraph(vsi_nn_graph_t **graph) { *graph = NULL; }
void vsi_nn_SetGraphVersion(vsi_nn_graph_t *graph, uint32_t major, uint32_t minor, uint32_t patch) { (void)graph; (void)major; (void)minor; (void)patch; }

static void ports(vsi_nn_ports_t *made, uint32_t count)
{
    made->tensors = calloc(count, sizeof(*made->tensors));
    made->num = count;
}

vsi_bool vsi_nn_SetGraphInputs(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t *ids, uint32_t count) { (void)ids; ports(&graph->input, count); return TRUE; }
vsi_bool vsi_nn_SetGraphOutputs(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t *ids, uint32_t count) { (void)ids; ports(&graph->output, count); return TRUE; }

vsi_nn_node_t *vsi_nn_AddNode(vsi_nn_graph_t *graph, vsi_nn_op_t op, uint32_t inputs, uint32_t outputs, uint32_t *id)
{
    vsi_nn_node_t *node = &graph->nodes[graph->node_num++];
    (void)id;
    node->op = op;
    ports(&node->input, inputs);
    ports(&node->output, outputs);
    return node;
}

vsi_nn_tensor_id_t vsi_nn_AddTensor(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t id, vsi_nn_tensor_attr_t *attr, uint8_t *data)
{
    vsi_nn_tensor_t *tensor = &graph->tensors[graph->tensor_num];
    size_t bytes = widths[attr->dtype.vx_type];
    uint32_t i;
    (void)id;
    tensor->attr = *attr;
    tensor->hash = 2166136261u;
    for (i = 0; i < attr->dim_num; i++)
        bytes *= attr->size[i];
    tensor->bytes = data == NULL ? 0 : bytes;
    for (i = 0; i < tensor->bytes; i++)
        tensor->hash = (tensor->hash ^ data[i]) * 16777619u;
    return graph->tensor_num++;
}

vsi_nn_tensor_id_t vsi_nn_AddTensorFromHandle(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t id, vsi_nn_tensor_attr_t *attr, uint8_t *data)
{
    return vsi_nn_AddTensor(graph, id, attr, data);
}

static void print_ids(const char *name, const vsi_nn_ports_t *list)
{
    uint32_t i;
    printf(", \"%s\": [", name);
    for (i = 0; i < list->num; i++)
        printf("%s%u", i == 0 ? "" : ", ", list->tensors[i]);
    printf("]");
}

static void print_words(const char *name, const uint32_t *list, uint32_t count)
{
    uint32_t i;
    printf(", \"%s\": [", name);
    for (i = 0; i < count; i++)
        printf("%s%d", i == 0 ? "" : ", ", (int)list[i]);
    printf("]");
}

static void print_params(const vsi_nn_node_t *node)
{
    const vsi_nn_nn_param_t *p = &node->nn_param;
    if (node->op == VSI_NN_OP_CONV2D)
    {
        print_words("ksize", p->conv2d.ksize, 2);
        print_words("stride", p->conv2d.stride, 2);
        print_words("pad", p->conv2d.pad, 4);
        print_words("dilation", p->conv2d.dilation, 2);
        printf(", \"weights\": %u, \"group\": %u", p->conv2d.weights, p->conv2d.group);
    }
    if (node->op == VSI_NN_OP_DECONVOLUTION)
    {
        print_words("ksize", p->deconv.ksize, 2);
        print_words("stride", p->deconv.stride, 2);
        print_words("pad", (const uint32_t *)p->deconv.pad, 4);
        print_words("output_padding", p->deconv.output_padding, 2);
        printf(", \"weights\": %u, \"group\": %u", p->deconv.weights, p->deconv.group);
    }
    if (node->op == VSI_NN_OP_DEPTH2SPACE)
        printf(", \"block_size\": %d, \"mode\": %d", p->depth2space.block_size, (int)p->depth2space.mode);
    if (node->op == VSI_NN_OP_SPACE2DEPTH)
        print_words("block_size", (const uint32_t *)p->space2depth.block_size, 2);
    if (node->op == VSI_NN_OP_DIVIDE)
        printf(", \"scale\": %.9g", (double)p->divide.scale);
    if (node->op == VSI_NN_OP_GATHER)
        printf(", \"axis\": %d, \"batch_dims\": %d", p->gather.axis, p->gather.batch_dims);
    if (node->op == VSI_NN_OP_LOG_SOFTMAX)
        printf(", \"axis\": %d, \"beta\": %.9g", p->log_softmax.axis, (double)p->log_softmax.betaValue);
    if (node->op == VSI_NN_OP_PRELU)
        printf(", \"axis\": %d", p->prelu.axis);
    if (node->op == VSI_NN_OP_TILE)
        print_words("multiples", (const uint32_t *)p->tile.multiples, p->tile.multiples_num);
    if (node->op == VSI_NN_OP_POOL)
    {
        print_words("ksize", p->pool.ksize, 2);
        print_words("stride", p->pool.stride, 2);
        print_words("pad", p->pool.pad, 4);
        printf(", \"type\": %d", (int)p->pool.type);
    }
    if (node->op == VSI_NN_OP_FCL2)
        printf(", \"weights\": %u, \"axis\": %u", p->fcl.weights, p->fcl.axis);
    if (node->op == VSI_NN_OP_CONCAT)
        printf(", \"axis\": %u", p->concat.axis);
    if (node->op == VSI_NN_OP_SOFTMAX)
        printf(", \"axis\": %d", p->softmax.axis);
    if (node->op == VSI_NN_OP_RELUN)
        printf(", \"top\": %.9g", (double)p->relun.clamp_top);
    if (node->op == VSI_NN_OP_RESHAPE2)
        print_words("size", p->reshape2.size, p->reshape2.dim_num);
    if (node->op == VSI_NN_OP_PERMUTE)
        print_words("perm", p->permute.perm, p->permute.dim_num);
    if (node->op == VSI_NN_OP_REDUCE)
        print_words("axis", p->reduce.axis, p->reduce.axis_num);
    if (node->op == VSI_NN_OP_STRIDED_SLICE)
    {
        print_words("begin", (const uint32_t *)p->strided_slice.begin_dims, p->strided_slice.begin_dims_num);
        print_words("end", (const uint32_t *)p->strided_slice.end_dims, p->strided_slice.end_dims_num);
    }
}

vsi_status vsi_nn_SetupGraph(vsi_nn_graph_t *graph, vsi_bool sort)
{
    uint32_t i;
    int32_t c;
    (void)sort;
    for (i = 0; i < graph->tensor_num; i++)
    {
        const vsi_nn_tensor_t *tensor = &graph->tensors[i];
        const vsi_nn_dtype_t *type = &tensor->attr.dtype;
        printf("{\"tensor\": %u, \"type\": %d, \"quant\": %d, \"const\": %d, \"virtual\": %d", i, (int)type->vx_type, (int)type->qnt_type, tensor->attr.is_const, tensor->attr.vtl);
        print_words("size", tensor->attr.size, tensor->attr.dim_num);
        if (type->qnt_type == VSI_NN_QNT_TYPE_DFP)
            printf(", \"fl\": %d", type->fl);
        if (type->qnt_type == VSI_NN_QNT_TYPE_AFFINE_ASYMMETRIC)
            printf(", \"scale\": %.9g, \"zero\": %d", (double)type->scale, type->zero_point);
        if (type->qnt_type == VSI_NN_QNT_TYPE_AFFINE_SYMMETRIC)
            printf(", \"scale\": %.9g", (double)type->scale);
        if (type->qnt_type == VSI_NN_QNT_TYPE_AFFINE_PERCHANNEL_SYMMETRIC)
        {
            printf(", \"channel\": %d, \"scales\": [", type->channel_dim);
            for (c = 0; c < type->scale_dim; c++)
                printf("%s%.9g", c == 0 ? "" : ", ", (double)type->scales[c]);
            printf("]");
        }
        printf(", \"bytes\": %u, \"hash\": %u}\n", (unsigned)tensor->bytes, tensor->hash);
    }
    for (i = 0; i < graph->node_num; i++)
    {
        printf("{\"node\": %u, \"op\": \"%s\"", graph->nodes[i].uid, names[graph->nodes[i].op]);
        print_ids("inputs", &graph->nodes[i].input);
        print_ids("outputs", &graph->nodes[i].output);
        print_params(&graph->nodes[i]);
        printf("}\n");
    }
    printf("{\"graph\": 1");
    print_ids("inputs", &graph->input);
    print_ids("outputs", &graph->output);
    printf("}\n");
    return VSI_SUCCESS;
}

vsi_status vsi_nn_VerifyGraph(vsi_nn_graph_t *graph) { (void)graph; return VSI_SUCCESS; }
vsi_status vsi_nn_RunGraph(vsi_nn_graph_t *graph) { (void)graph; return VSI_SUCCESS; }
vsi_nn_tensor_t *vsi_nn_GetTensor(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t id) { return &graph->tensors[id]; }
vsi_status vsi_nn_CopyDataToTensor(vsi_nn_graph_t *graph, vsi_nn_tensor_t *tensor, uint8_t *data) { (void)graph; (void)tensor; (void)data; return VSI_SUCCESS; }
uint8_t *vsi_nn_ConvertTensorToData(vsi_nn_graph_t *graph, vsi_nn_tensor_t *tensor) { (void)graph; (void)tensor; return NULL; }
void vsi_nn_Free(void *data) { free(data); }
