# The memory of one GPU: at its peak by purpose, and over the step.
set style fill solid 1 noborder
set style textbox opaque noborder margins 0.3,0.1 fillcolor rgb 0xFFFFFF
peaks = '../series/memory_peak.dat'
samples = '../series/memory.dat'
array PURPOSE_COLOUR[5] = [0x0B4F8A, 0x5FA3D9, 0x7A6FB8, 0xE8641B, 0x8F8F8F]
purposes = 'weights gradients optimizer activations buffers'
set palette defined (0 '#0B4F8A', 1 '#00796B', 2 '#7A6FB8', 3 '#F5B041')
unset colorbox

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'memory.' . picture
    set multiplot
    @set_title
    set bmargin at screen label_columns > 9 ? 0.115 + 0.0105 * (label_columns > 30 ? 30 : label_columns) : 0.19
    set tmargin at screen top - 0.05
    set lmargin at screen highest_gib < 1000 ? 0.06 : 0.075
    set rmargin at screen sample_count > 0 ? 0.46 : 0.97
    set yrange [0:highest_gib]
    set xrange [-0.6:memory_rows - 0.4]
    set ylabel 'GiB on one GPU' offset 1,0
    set xtics scale 0
    if (memory_rows > 5) { set xtics rotate by 35 right }
    if (label_columns > 9) { set xtics rotate by 90 right }
    set label 3 'At the peak, by purpose' at graph 0, graph 1 offset 0,0.8 left
    set key at screen 0.015,0.03 left bottom horizontal Left reverse maxrows 2 samplen 1.5
    plot for [i = 1:5] peaks index word(purposes, i) using 1:5:2:3:4:5 with boxxyerror lc rgb PURPOSE_COLOUR[i] title word(purposes, i), \
         peaks index 'labels' using 1:(NaN):xtic(4) with dots notitle, \
         capacity_gib with lines lw 2 dt 2 lc rgb LIMIT_COLOUR title capacity_title, \
         peaks index 'labels' using 1:2:5 with labels boxed offset 0,0.6 font ',9' notitle
    unset label
    unset ylabel
    if (sample_count > 0) {
        set lmargin at screen 0.53
        set rmargin at screen 0.97
        set xrange [0:step_s]
        set xtics norotate scale 0.6 autofreq
        set xlabel 'time in the step, s'
        set label 3 'Over the step' at graph 0, graph 1 offset 0,0.8 left
        set key at screen 0.97,0.03 right bottom horizontal Left reverse maxrows 2 samplen 1.5
        legend_whole = sample_count <= 8 && sample_columns <= 9
        set cbrange [0:sample_count > 1 ? sample_count - 1 : 1]
        plot for [i = 1:sample_count] samples index SAMPLE_SET[i] using 1:4 with steps lw 1.5 lc palette cb i - 1 title (legend_whole || i == 1 || i == sample_count ? SAMPLE_NAME[i] : ''), \
             capacity_gib with lines lw 2 dt 2 lc rgb LIMIT_COLOUR notitle
        unset xlabel
    }
    unset label
    unset multiplot
    unset output
}
