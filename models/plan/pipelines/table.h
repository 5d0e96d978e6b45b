/* The menu of pipeline schedules: one word per file in this folder. */
PIPELINE_SCHEDULE(gpipe)
PIPELINE_SCHEDULE(1f1b)
PIPELINE_SCHEDULE(interleaved_1f1b)
PIPELINE_SCHEDULE(zb_h1)
PIPELINE_SCHEDULE(zb_h2)
PIPELINE_SCHEDULE(zb_v)
PIPELINE_SCHEDULE(v_half)
PIPELINE_SCHEDULE(v_min)
