# The headline over the swept parameter, as lines over numbers and as bars over names, and under it, at the same places, where the GPU time went.
file = '../series/sweep.dat'
set xrange [x_low:x_high]
set style textbox opaque noborder margins 0.5,0.2 fillcolor rgb 0xFFFFFF
array LINE_COLOUR[8] = [0x0B4F8A, 0xE8641B, 0x00796B, 0xC6241A, 0x7A6FB8, 0xF5B041, 0x5FA3D9, 0x4A4A4A]
# Behind the ledger's: of links, then of jobs.
array OTHER_COLOUR[14] = [0xF5C242, 0xE86A33, 0xC6241A, 0x8F8F8F, \
    0x0B4F8A, 0xF5C242, 0xC6241A, 0xA65A1F, 0x7A6FB8, 0x00796B, 0x4A4A4A, 0xF2A07B, 0xC9BFE6, 0xDADADA]
# A line under others is wider than they are. A label stands above its point, or right, left or below of it, where its curve is not.
array LABEL_X[4] = [0, 3, -3, 0]
array LABEL_Y[4] = [0.95, 0.6, 0.6, -0.95]
stack_colour(row) = row < 19 ? LEDGER_COLOUR[int(row) + 1] : OTHER_COLOUR[int(row) - 18]
line_colour(line) = line >= 0 ? LINE_COLOUR[int(line) + 1] : 0

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'sweep.' . picture
    set multiplot
    @set_title
    middle = 0.10 + 0.56 * (top - 0.10)
    set lmargin at screen 0.075
    set rmargin at screen 0.75
    set tmargin at screen top - 0.015
    set bmargin at screen middle
    set yrange [0:y_high]
    set ytics autofreq
    set ylabel y_title
    set format x ''
    set grid y lc rgb 0xDDDDDD lw 1 dt 1
    set key at screen 0.757,top - 0.015 left top vertical Left reverse samplen 2
    if (!legend) { unset key }
    plot for [i = 1:joined * line_count] for [over = 1:line_count - i] file index sprintf('line_%02d', i - 1) using 1:($5 >= over ? $2 : NaN) with lines lw 2.5 + 5 * over lc rgb LINE_COLOUR[i] notitle, \
         for [i = 1:joined * line_count] file index sprintf('line_%02d', i - 1) using 1:2:(1.1 + 0.9 * $5) with linespoints lw 2.5 pt 7 ps variable lc rgb LINE_COLOUR[i] title LINE_TITLE[i], \
         for [i = 1:!joined * line_count] file index sprintf('line_%02d', i - 1) using 1:($2 / 2):3:4:(0):2 with boxxyerror lc rgb (line_count > 1 ? LINE_COLOUR[i] : 0x808A36) title LINE_TITLE[i], \
         for [side = 1:4 * labelled] file index 'line_00' using 1:($6 == side - 1 ? $2 : NaN):7 with labels boxed offset LABEL_X[side],LABEL_Y[side] notitle, \
         file index 'gaps' using 1:(0.05 * y_high):(line_count == 1 ? LIMIT_COLOUR : line_colour($2)) with points pt 2 ps 1.6 lw 2.5 lc rgb variable notitle, \
         for [i = 1:line_count == 1] file index 'gaps' using 1:(0.05 * y_high):3 with labels offset 0,1.1 font ',9' textcolor rgb LIMIT_COLOUR notitle, \
         file index 'ticks' using 1:(NaN):xtic('') with dots notitle
    unset label
    unset grid
    set tmargin at screen middle - 0.035
    set bmargin at screen 0.10
    set yrange [0:stacks > 1 ? 106 : 100]
    set ytics 20
    set ylabel ledger_title
    set xlabel axis_title offset 0,0.3
    set format x '%s'
    set key at screen 0.757,middle - 0.035 left top vertical Left reverse samplen 1.5 spacing 1.05
    plot for [i = 1:words(shown)] file index word(shown, i) using 1:5:2:3:4:5 with boxxyerror lc rgb stack_colour(SHOWN_ROW[i]) title SHOWN_TITLE[i], \
         file index 'failed' using 2:(6) with points pt 2 ps 1.3 lw 2 lc rgb LIMIT_COLOUR notitle, \
         file index 'failed' using 2:(12):3 with labels left rotate by 90 font ',9' textcolor rgb LIMIT_COLOUR notitle, \
         file index 'strips' using 1:4:2:3:4:5:(line_colour($6)) with boxxyerror lc rgb variable notitle, \
         file index 'ticks' using 1:(NaN):xtic(2) with dots notitle
    unset xlabel
    unset multiplot
    unset output
}
