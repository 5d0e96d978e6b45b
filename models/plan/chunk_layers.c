#include "models/plan/chunk_layers.h"

#include "models/plan/plan_stages.h"

/* Layers before a chunk. */
static int64_t first_layer(const TrainingSpec *training, int64_t stage, int64_t chunk) {
    const TransformerSpec *model = &training->model;
    PipelineShape shape = plan_shape(&training->plan);
    int64_t first = 0;
    if (model->dense_first == 0 && model->expert_step <= 1)
        return 0; /* all are alike */
    for (int before = 0; before < pipeline_virtual_stage(&shape, (int)stage, (int)chunk); before++)
        first += plan_stages_layers(training, pipeline_stage_at(&shape, before), pipeline_chunk_at(&shape, before));
    return first;
}

LayerSpan chunk_span(const TrainingSpec *training, int64_t stage, int64_t chunk) {
    return (LayerSpan){first_layer(training, stage, chunk), plan_stages_layers(training, stage, chunk)};
}

LayerCount chunk_span_part(const TrainingSpec *training, LayerSpan span, const ChunkPart *part) {
    int64_t begin = span.layers * part->part / part->parts, end = span.layers * (part->part + 1) / part->parts;
    int64_t first = span.first + (part->from_last ? span.layers - end : begin);
    return (LayerCount){end - begin, transformer_expert_layers(&training->model, first, end - begin)};
}

LayerCount chunk_layers(const TrainingSpec *training, ChunkPart part) {
    return chunk_span_part(training, chunk_span(training, part.stage, part.chunk), &part);
}

bool chunk_layers_of_stage_have(const TrainingSpec *training, int64_t stage, MlpKind kind) {
    for (int64_t chunk = 0; chunk < training->plan.virtual_stages; chunk++) {
        LayerCount count = chunk_layers(training, (ChunkPart){stage, chunk, 0, 1, false});
        if (kind == MLP_EXPERTS ? count.experts > 0 : count.experts < count.layers)
            return true;
    }
    return false;
}
