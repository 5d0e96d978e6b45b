# The jobs over time: a row a job, a box a step, the redder the longer the step takes than the job alone; below them thin rows for
# what is beside the jobs.
set key off
set xrange [0:wall_s]
set yrange [low_end < 3.5 ? 3.5 : low_end:-0.6]
set cbrange [1:slowdown_high]
set palette defined (0 '#9CCBEF', 0.15 '#BFDDF3', 0.35 '#F5C242', 0.7 '#E86A33', 1 '#C6241A')
set ytics scale 0
set xlabel 'time, s' offset 0,0.4
file = '../series/jobs.dat'

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'jobs.' . picture
    @set_title
    set label 3 'mean slowdown' at graph 1.01, graph 1.0 offset 0,0.3 left textcolor rgb TEXT_COLOUR
    set label 4 'a box is a step, with its time where there is room' . (thin_rows ? '; thin rows: when background traffic is on, and when link events hold' : '') at screen 0.015,0.03 left textcolor rgb TEXT_COLOUR
    set lmargin at screen room(label_columns)
    set rmargin at screen 0.83
    set bmargin at screen 0.12
    set tmargin at screen top - 0.04
    set colorbox user origin 0.925, 0.15 size 0.015, top - 0.3
    set cblabel slowdown_title offset 0,0
    plot file index 'steps' using 1:2:3:4:5:6:7 with boxxyerror lc palette, \
         file index 'presence' using 1:2:3:4:5:6 with boxxyerror lc rgb 0x6B6B6B, \
         file index 'figures' using 1:2:3 with labels font ',9' textcolor rgb 0x000000, \
         file index 'labels' using (wall_s):1:3 with labels left offset 1,0 textcolor rgb 0x000000, \
         file index 'labels' using (NaN):1:ytic(2) with dots
    unset label
    unset output
}
