/* Declarations of the ovxlib API, as far as exported sources use it, made of its description; implemented by a recorder that prints the graph. */
#ifndef VSI_NN_PUB_H
#define VSI_NN_PUB_H

#include <stddef.h>
#include <stdint.h>

typedef int32_t vsi_bool;
typedef int32_t vsi_status;
typedef uint32_t vsi_size_t;
typedef uint32_t vsi_nn_tensor_id_t;
typedef struct context *vsi_nn_context_t;

enum { FALSE = 0, TRUE = 1 };
enum { VSI_FAILURE = -1, VSI_SUCCESS = 0 };
enum { VSI_NN_DIM_AUTO = 0, VSI_NN_MAX_DIM_NUM = 8 };
#define VSI_NN_TENSOR_ID_AUTO ((vsi_nn_tensor_id_t)-2)
#define VSI_NN_TENSOR_ID_NA ((vsi_nn_tensor_id_t)-1)

typedef enum { VSI_NN_DIM_FMT_NCHW = 0 } vsi_nn_dim_fmt_e;
typedef enum {
    VSI_NN_TYPE_INT8 = 2, VSI_NN_TYPE_UINT8, VSI_NN_TYPE_INT16, VSI_NN_TYPE_INT32, VSI_NN_TYPE_INT64,
    VSI_NN_TYPE_FLOAT16, VSI_NN_TYPE_FLOAT32, VSI_NN_TYPE_BFLOAT16
} vsi_nn_type_e;
typedef enum {
    VSI_NN_QNT_TYPE_NONE = 0, VSI_NN_QNT_TYPE_DFP, VSI_NN_QNT_TYPE_AFFINE_ASYMMETRIC, VSI_NN_QNT_TYPE_AFFINE_PERCHANNEL_SYMMETRIC,
    VSI_NN_QNT_TYPE_AFFINE_SYMMETRIC, VSI_NN_QNT_TYPE_AFFINE_PERCHANNEL_ASYMMETRIC
} vsi_nn_qnt_type_e;
typedef enum { VSI_NN_PAD_AUTO } vsi_nn_pad_e;
typedef enum { VSI_NN_ROUND_FLOOR } vsi_nn_round_e;
typedef enum { VX_CONVOLUTIONAL_NETWORK_POOLING_MAX, VX_CONVOLUTIONAL_NETWORK_POOLING_AVG } vsi_enum;
typedef enum { VSI_NN_INTERPOLATION_BILINEAR, VSI_NN_INTERPOLATION_NEAREST_NEIGHBOR } vsi_nn_interpolation_e;
typedef enum { VSI_NN_REDUCE_SUM, VSI_NN_REDUCE_MEAN, VSI_NN_REDUCE_MAX, VSI_NN_REDUCE_MIN } vsi_nn_reduce_e;
typedef enum { VSI_NN_SWISH, VSI_NN_HSWISH } vsi_nn_swish_e;
typedef enum { VSI_NN_PAD_MODE_CONSTANT } vsi_nn_pad_mode_e;
typedef enum { VSI_NN_DEPTH2SPACE_DCR = 0, VSI_NN_DEPTH2SPACE_CRD } vsi_nn_depth2space_mode_e;
typedef enum { VSI_NN_NBG_FILE } vsi_nn_nbg_type_e;

#define OPS(X) X(NBG) X(ABS) X(ADD) X(CLIP) X(CONCAT) X(CONV2D) X(DATACONVERT) X(DECONVOLUTION) X(DEPTH2SPACE) X(DIVIDE) X(ELU) X(EXP) X(FCL2) X(FLOOR) X(GATHER) X(GELU) X(HARD_SIGMOID) X(LAYER_NORM) X(LEAKY_RELU) X(LOG) X(LOG_SOFTMAX) X(MATRIXMUL) X(MAXIMUM) X(MINIMUM) \
    X(MISH) X(MULTIPLY) X(PAD) X(PERMUTE) X(POOL) X(POW) X(PRELU) X(REDUCE) X(RELU) X(RELUN) X(RESHAPE2) X(RESIZE) X(RSQRT) X(SIGMOID) X(SIN) X(SOFTMAX) X(SOFTRELU) X(SPACE2DEPTH) \
    X(SQRT) X(STRIDED_SLICE) X(SUBTRACT) X(SWISH) X(TANH) X(TILE)
#define OP(name) VSI_NN_OP_##name,
typedef enum { OPS(OP) VSI_NN_OP_COUNT } vsi_nn_op_t;

typedef struct
{
    vsi_nn_dim_fmt_e fmt;
    vsi_nn_type_e vx_type;
    vsi_nn_qnt_type_e qnt_type;
    union
    {
        struct { int32_t fl; };
        struct { float scale; int32_t zero_point; };
        struct { const float *scales; int32_t scale_dim; int32_t channel_dim; const int32_t *zero_points; int32_t zero_points_dim; };
    };
} vsi_nn_dtype_t;

typedef struct
{
    vsi_size_t size[VSI_NN_MAX_DIM_NUM];
    uint32_t dim_num;
    vsi_bool vtl;
    vsi_bool is_const;
    vsi_nn_dtype_t dtype;
} vsi_nn_tensor_attr_t;

typedef struct { vsi_nn_tensor_id_t *tensors; uint32_t num; } vsi_nn_ports_t;
typedef struct { vsi_nn_tensor_attr_t attr; uint32_t hash; size_t bytes; } vsi_nn_tensor_t;

/* The description calls it layernormalize, public headers layernorm; these define their own names. */
#ifdef _VSI_NN_NODE_TYPE_H
#define LAYER_NORM layernorm
#else
#define LAYER_NORM layernormalize
#endif

typedef struct
{
    uint32_t ksize[2]; uint32_t stride[2]; uint32_t pad[4]; vsi_nn_pad_e pad_type; uint32_t weights; uint32_t group; uint32_t dilation[2]; int32_t multiplier;
} vsi_nn_conv2d_param;
typedef struct { uint32_t weights; uint32_t axis; } vsi_nn_fcl_param;
typedef struct { vsi_enum type; vsi_nn_round_e round_type; uint32_t ksize[2]; uint32_t stride[2]; uint32_t pad[4]; vsi_nn_pad_e pad_type; } vsi_nn_pool_param;
typedef struct
{
    union
    {
        vsi_nn_conv2d_param conv2d;
        vsi_nn_fcl_param fcl;
        vsi_nn_pool_param pool;
        struct { uint32_t ksize[2]; uint32_t stride[2]; int32_t pad[4]; uint32_t pad_type; uint32_t weights; uint32_t group; uint32_t output_padding[2]; } deconv;
        struct { void *local; int32_t block_size; vsi_nn_depth2space_mode_e mode; } depth2space;
        struct { void *local; int32_t block_size[2]; } space2depth;
        struct { void *local; float scale; } divide;
        struct { void *local; int32_t axis; int32_t batch_dims; } gather;
        struct { void *local; float betaValue; int32_t axis; } log_softmax;
        struct { void *local; int32_t axis; } prelu;
        struct { void *local; const int32_t *multiples; uint32_t multiples_num; } tile;
        struct { int32_t axis; float beta; } softmax;
        struct { uint32_t axis; } concat;
        struct { vsi_size_t *size; uint32_t dim_num; } reshape2;
        struct { vsi_size_t *perm; uint32_t dim_num; } permute;
        struct
        {
            int32_t *begin_dims; uint32_t begin_dims_num; int32_t *end_dims; uint32_t end_dims_num; int32_t *stride_dims; uint32_t stride_dims_num;
            int32_t begin_mask; int32_t end_mask; int32_t shrink_axis_mask; int32_t new_axis_mask;
        } strided_slice;
        struct { uint32_t *front_size; uint32_t *back_size; uint32_t dim_num; int32_t const_val; vsi_nn_pad_mode_e mode; } pad;
        struct { vsi_nn_interpolation_e type; float factor; int32_t size[2]; vsi_bool align_corners; vsi_bool half_pixel_centers; } resize;
        struct { float clamp_top; float clamp_bottom; } relun;
        struct { vsi_bool transpose[2]; } matrixmul;
        struct { float eps; int32_t axis; } LAYER_NORM;
        struct { float min; float max; } clip;
        struct { float alpha; } elu;
        struct { vsi_bool approximate; } gelu;
        struct { void *local; float alpha; float beta; } hard_sigmoid;
        struct { float leaky_ratio; } activation;
        struct { float scale_a; float scale_b; } tanh;
        struct { float scale; } multiply;
        struct { vsi_nn_swish_e type; float beta; } swish;
        struct { vsi_nn_reduce_e type; vsi_size_t *axis; uint32_t axis_num; vsi_bool keep_dim; } reduce;
        struct { vsi_nn_nbg_type_e type; const char *url; } nbg;
    };
} vsi_nn_nn_param_t;

typedef struct { vsi_nn_op_t op; uint32_t uid; vsi_nn_ports_t input; vsi_nn_ports_t output; vsi_nn_nn_param_t nn_param; } vsi_nn_node_t;
typedef struct
{
    vsi_nn_context_t ctx; vsi_nn_ports_t input; vsi_nn_ports_t output;
    vsi_nn_tensor_t *tensors; uint32_t tensor_num; vsi_nn_node_t *nodes; uint32_t node_num;
} vsi_nn_graph_t;

vsi_nn_context_t vsi_nn_CreateContext(void);
void vsi_nn_ReleaseContext(vsi_nn_context_t *ctx);
vsi_nn_graph_t *vsi_nn_CreateGraph(vsi_nn_context_t ctx, uint32_t tensors, uint32_t nodes);
void vsi_nn_ReleaseGraph(vsi_nn_graph_t **graph);
void vsi_nn_SetGraphVersion(vsi_nn_graph_t *graph, uint32_t major, uint32_t minor, uint32_t patch);
vsi_bool vsi_nn_SetGraphInputs(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t *ids, uint32_t count);
vsi_bool vsi_nn_SetGraphOutputs(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t *ids, uint32_t count);
vsi_nn_node_t *vsi_nn_AddNode(vsi_nn_graph_t *graph, vsi_nn_op_t op, uint32_t inputs, uint32_t outputs, uint32_t *id);
vsi_nn_tensor_id_t vsi_nn_AddTensor(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t id, vsi_nn_tensor_attr_t *attr, uint8_t *data);
vsi_nn_tensor_id_t vsi_nn_AddTensorFromHandle(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t id, vsi_nn_tensor_attr_t *attr, uint8_t *data);
vsi_status vsi_nn_SetupGraph(vsi_nn_graph_t *graph, vsi_bool sort);
vsi_status vsi_nn_VerifyGraph(vsi_nn_graph_t *graph);
vsi_status vsi_nn_RunGraph(vsi_nn_graph_t *graph);
vsi_nn_tensor_t *vsi_nn_GetTensor(vsi_nn_graph_t *graph, vsi_nn_tensor_id_t id);
vsi_status vsi_nn_CopyDataToTensor(vsi_nn_graph_t *graph, vsi_nn_tensor_t *tensor, uint8_t *data);
uint8_t *vsi_nn_ConvertTensorToData(vsi_nn_graph_t *graph, vsi_nn_tensor_t *tensor);
void vsi_nn_Free(void *data);

#endif
