# Bus bandwidth of collectives over message size, and below it their time, both axes logarithmic: a line a job, coloured by algorithm.
set logscale x 2
set logscale y 10
set xrange [x_low:x_high]
set grid x y lc rgb 0xDDDDDD lw 1 dt 1
array CURVE_COLOUR[12] = [0x0B4F8A, 0xE8641B, 0x00796B, 0xC6241A, 0x7A6FB8, 0xF5B041, 0x5FA3D9, 0x4A4A4A, 0xA65A1F, 0x4DB6AC, 0xF2A07B, 0x8F8F8F]
file = '../series/collective.dat'

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'collective.' . picture
    set multiplot
    @set_title
    middle = 0.10 + 0.46 * (top - 0.10)
    set lmargin at screen 0.075
    set rmargin at screen 0.69
    set tmargin at screen top - 0.015
    set bmargin at screen middle
    set yrange [bus_low:bus_high]
    set ylabel bus_title offset 0.5,0
    set format x ''
    set key at screen 0.697,top - 0.015 left top vertical Left reverse samplen 2
    plot for [i = 1:curve_count] file index sprintf('job_%02d', JOB[i]) using 1:2 with lines lw 1 lc rgb 0xBBBBBB notitle, \
         for [i = 1:curve_count] file index sprintf('curve_%02d', i - 1) using 1:2 with linespoints lw 2.5 pt 7 ps 0.9 lc rgb CURVE_COLOUR[i] title CURVE_TITLE[i], \
         file index 'ticks' using 1:(NaN):xtic('') with dots notitle
    unset label
    unset key
    set tmargin at screen middle - 0.035
    set bmargin at screen 0.10
    set yrange [time_low:time_high]
    set ylabel time_title offset 2,0
    set xlabel 'size, bytes of the buffer of a rank' offset 0,0.3
    set format x '%s'
    plot for [i = 1:curve_count] file index sprintf('job_%02d', JOB[i]) using 1:3 with lines lw 1 lc rgb 0xBBBBBB, \
         for [i = 1:curve_count] file index sprintf('curve_%02d', i - 1) using 1:3 with linespoints lw 2.5 pt 7 ps 0.9 lc rgb CURVE_COLOUR[i], \
         file index 'ticks' using 1:(NaN):xtic(2) with dots
    unset xlabel
    unset multiplot
    unset output
}
