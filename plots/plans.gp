# Plans that were run: step time over memory, and the Pareto front; a line where there is no cost beside the two.
file = '../series/plans.dat'
near_limit(gib) = gib > (is_wide ? 0.6 : 0.88) * capacity_gib # a name to its right would stand on the line of the capacity
set xrange [0:1.06 * capacity_gib]
if (is_wide) {
    set logscale xy 2
    set xrange [memory_low:1.15 * capacity_gib]
}
set yrange [step_low:step_high]
set xlabel 'memory of the fullest GPU, GiB' offset 0,0.3
set ylabel 'step time, s'
set grid y lc rgb 0xDDDDDD lw 1 dt 1
set style textbox opaque noborder margins 0.4,0.2 fillcolor rgb 0xFFFFFF

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'plans.' . picture
    @set_title
    set lmargin at screen 0.075
    set rmargin at screen 0.97
    set bmargin at screen 0.11
    set tmargin at screen top - 0.05
    set key at screen 0.97,top - 0.005 right top horizontal Right samplen 2
    set arrow 1 from capacity_gib, graph 0 to capacity_gib, graph 1 nohead lc rgb LIMIT_COLOUR lw 2
    plot file index 'run' using 1:2 with points pt 7 ps 0.7 lc rgb 0xB5B5B5 title beaten_title, \
         for [i = 1:one_size] file index 'front' using 1:2 with fsteps lw 2 lc rgb BACKWARD_EVEN notitle, \
         file index 'front' using 1:2 with points pt 7 ps 1.2 lc rgb BACKWARD_EVEN title 'Pareto front (tensor x pipeline x data)', \
         file index 'front' using (near_limit($1) ? NaN : $1):2:4 with labels left boxed offset 1.6,0.7 font ',9' textcolor rgb TEXT_COLOUR notitle, \
         file index 'front' using (near_limit($1) ? $1 : NaN):2:4 with labels right boxed offset -1.2,0.9 font ',9' textcolor rgb TEXT_COLOUR notitle, \
         NaN with lines lw 2 lc rgb LIMIT_COLOUR title capacity_title
    unset label
    unset arrow
    unset output
}
