# The step by class of GPUs and stream: the whole of it, and its start and end enlarged when the bars are thin.
set yrange [class_rows < 4 ? class_rows - 4 : 0:class_rows]
set ytics scale 0
set key off
forward(odd) = odd ? FORWARD_ODD : FORWARD_EVEN
backward(odd) = odd ? BACKWARD_ODD : BACKWARD_EVEN
weight(odd) = odd ? WEIGHT_ODD : WEIGHT_EVEN
file = '../series/timeline.dat'

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'timeline.' . picture
    set multiplot
    @set_title
    set label 3 'thick bars: compute stream; thin bars below: context, pipeline and data streams; two shades: one micro-batch and the next' at screen 0.97,top + 0.005 right textcolor rgb TEXT_COLOUR
    do for [panel in panels] {
        low = 0.205
        high = top - 0.02
        left = room(label_columns)
        right = 0.97
        if (zoomed && panel eq 'whole') { low = 0.2 + 0.5 * (top - 0.11) }
        if (zoomed && panel ne 'whole') { high = 0.2 + 0.5 * (top - 0.11) - 0.105 }
        if (panel eq 'start') { right = left + 0.5 * (0.97 - left) }
        if (panel eq 'end') { left = left + 0.5345 * (0.97 - left) }
        set lmargin at screen left
        set rmargin at screen right
        set bmargin at screen low
        set tmargin at screen high
        set xrange [panel eq 'end' ? step_s - zoom_s : 0 : panel eq 'start' ? zoom_s : step_s]
        set format y panel eq 'end' ? '' : '%s'
        set xlabel panel eq 'whole' ? 'time in the step, s' : panel eq 'start' ? 'the start, enlarged, s' : 'the end, enlarged, s' offset 0,0.4
        unset key
        if (panel eq 'whole') { set key at screen 0.97,0.008 right bottom horizontal Left reverse maxrows 2 samplen 1.5 }
        plot file index 'labels' using (NaN):1:ytic(panel eq 'end' ? '' : stringcolumn(2)) with dots notitle, \
             file index panel . '_forward' using 1:3:1:2:4:5:(forward($6 == 1)) with boxxyerror lc rgb variable notitle, \
             file index panel . '_backward' using 1:3:1:2:4:5:(backward($6 == 1)) with boxxyerror lc rgb variable notitle, \
             file index panel . '_weight' using 1:3:1:2:4:5:(weight($6 == 1)) with boxxyerror lc rgb variable notitle, \
             file index panel . '_tensor_comm' using 1:3:1:2:4:5 with boxxyerror lc rgb TENSOR_COLOUR notitle, \
             file index panel . '_expert_comm' using 1:3:1:2:4:5 with boxxyerror lc rgb EXPERT_COLOUR notitle, \
             file index panel . '_context_comm' using 1:3:1:2:4:5 with boxxyerror lc rgb CONTEXT_COLOUR notitle, \
             file index panel . '_pipeline_comm' using 1:3:1:2:4:5 with boxxyerror lc rgb PIPELINE_COLOUR notitle, \
             file index panel . '_data_comm' using 1:3:1:2:4:5 with boxxyerror lc rgb DATA_COLOUR notitle, \
             file index panel . '_optimizer' using 1:3:1:2:4:5 with boxxyerror lc rgb OPTIMIZER_COLOUR notitle, \
             file index panel . '_input_wait' using 1:3:1:2:4:5 with boxxyerror lc rgb HOST_COLOUR notitle, \
             file index panel . '_offload' using 1:3:1:2:4:5 with boxxyerror lc rgb HOST_COLOUR notitle, \
             file index panel . '_checkpoint' using 1:3:1:2:4:5 with boxxyerror lc rgb HOST_COLOUR notitle, \
             for [i = 1:has_forward] keyentry with boxes lc rgb FORWARD_EVEN title 'forward', \
             for [i = 1:has_backward] keyentry with boxes lc rgb BACKWARD_EVEN title 'backward', \
             for [i = 1:has_weight] keyentry with boxes lc rgb WEIGHT_EVEN title 'weight gradients', \
             for [i = 1:has_tensor_comm] keyentry with boxes lc rgb TENSOR_COLOUR title 'tensor communication', \
             for [i = 1:has_expert_comm] keyentry with boxes lc rgb EXPERT_COLOUR title 'tokens to experts', \
             for [i = 1:has_context_comm] keyentry with boxes lc rgb CONTEXT_COLOUR title 'keys and values', \
             for [i = 1:has_pipeline_comm] keyentry with boxes lc rgb PIPELINE_COLOUR title 'pipeline transfer', \
             for [i = 1:has_data_comm] keyentry with boxes lc rgb DATA_COLOUR title 'data-parallel communication', \
             for [i = 1:has_optimizer] keyentry with boxes lc rgb OPTIMIZER_COLOUR title 'optimizer', \
             for [i = 1:has_input_wait + has_offload + has_checkpoint > 0] keyentry with boxes lc rgb HOST_COLOUR title 'waiting for the host'
        unset label
    }
    unset multiplot
    unset output
}
