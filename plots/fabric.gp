# The fabric: nodes below, switches above, each link coloured by how full it was on average over the run.
set palette defined (0 '#DDE6EC', 0.15 '#BFDDF3', 0.4 '#5FA3D9', 0.6 '#F5C242', 0.8 '#E86A33', 1 '#C6241A')
set cbrange [0:100]
set xrange [-0.01:1.01]
set yrange [-0.52:highest]
unset border
unset xtics
unset ytics
set key off
set style textbox opaque noborder fillcolor rgb 0xFFFFFF margins 0.3,0.2
file = '../series/fabric.dat'

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'fabric.' . picture
    set multiplot
    @set_title
    set lmargin at screen 0.02
    set rmargin at screen 0.72
    set bmargin at screen 0.04
    set tmargin at screen top - 0.02
    set colorbox user horizontal origin 0.765, 0.105 size 0.20, 0.018
    set label 3 'carried on average, % of capacity' at screen 0.765,0.145 left textcolor rgb TEXT_COLOUR
    set label 4 nodes_title at graph 0.01, first -0.47 left textcolor rgb TEXT_COLOUR
    set label 5 lines_title at screen 0.02,top left textcolor rgb TEXT_COLOUR
    plot file index 'wedges' using 1:2 with filledcurves closed fc rgb 0xEAEAEA, \
         file index 'links' using 1:2:3 with lines lw line_width lc palette, \
         file index 'switches' using 1:2 with points pt 5 ps switch_size lc rgb 0x333333, \
         file index 'switches' using 1:2:3 with labels boxed offset 0,1.2 font ',9' textcolor rgb 0x000000, \
         file index 'nodes' using (($1 + $2) / 2):(-0.07):1:2:(-0.14):(0):3 with boxxyerror lc palette, \
         file index 'nodes' using (($1 + $2) / 2):(-0.21):1:2:(-0.28):(-0.15):4 with boxxyerror lc palette, \
         file index 'numbers' using 1:(-0.35):2 with labels font ',9' textcolor rgb TEXT_COLOUR
    unset label
    unset colorbox
    set lmargin at screen 0.765
    set rmargin at screen 0.97
    set bmargin at screen 0.22
    set tmargin at screen top - 0.05
    set xrange [0:1]
    set yrange [12.5:-0.5]
    set label 3 'The fullest (+n: n more are as full)' at graph 0, graph 1 offset 0,0.6 left
    plot file index 'busiest' using (0):1:3 with labels left textcolor rgb TEXT_COLOUR, \
         file index 'busiest' using (1):1:4 with labels right textcolor rgb 0x000000
    unset label
    unset multiplot
    unset output
    set xrange [-0.01:1.01]
    set yrange [-0.52:highest]
}
