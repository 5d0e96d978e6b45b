# Measured runs: the simulated step time over the measured one, with a band of 10 % around the diagonal, and the errors file by file.
file = '../series/validation.dat'
array FILE_COLOUR[12] = [0xA9D1F0, 0x0B4F8A, 0xE8641B, 0x00796B, 0xC6241A, 0x7A6FB8, 0xF5B041, 0x4A4A4A, 0xA65A1F, 0x4DB6AC, 0xF2A07B, 0x222222]
colour(i) = FILE_COLOUR[i > 12 ? 12 : i]
size(i) = i == 1 ? 0.5 : 0.75
ERROR_MOST = 60 # percent; what lies beyond is drawn at the border
clipped(error) = error > ERROR_MOST ? ERROR_MOST : error < -ERROR_MOST ? -ERROR_MOST : error
jitter(row) = 0.055 * (int(row) * 5 % 11 - 5)
set style fill solid 1 noborder

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'validation.' . picture
    set multiplot
    @set_title
    set lmargin at screen 0.065
    set rmargin at screen 0.49
    set bmargin at screen 0.10
    set tmargin at screen top - 0.015
    set logscale xy
    set xrange [low_s:high_s]
    set yrange [low_s:high_s]
    set format xy '%g'
    set xlabel 'measured step, s' offset 0,0.3
    set ylabel 'simulated step, s' offset 1,0
    set grid lc rgb 0xDDDDDD lw 1 dt 1
    set key at screen 0.483,0.115 right bottom vertical Right samplen 1 font ',9'
    set samples 50
    plot '+' using 1:($1 / 1.1):($1 * 1.1) with filledcurves lc rgb 0xEDEDED title 'within 10 %', \
         x with lines lw 1.5 lc rgb 0x888888 title 'equal', \
         for [i = 1:file_count] file index sprintf('file_%02d', i - 1) using 1:2 with points pt 7 ps size(i) lc rgb colour(i) title FILE_TITLE[i]
    unset label
    unset logscale
    unset grid
    unset ylabel
    unset key
    set lmargin at screen 0.68
    set rmargin at screen 0.975
    set xrange [-ERROR_MOST:ERROR_MOST]
    set yrange [file_count - 0.4:-0.6]
    set format x '%s'
    set xtics ('-60' -60, '-40' -40, '-20' -20, '0' 0, '+20' 20, '+40' 40, '+60' 60)
    set ytics scale 0
    set xlabel 'error of each run, % (black: their mean)' offset 0,0.3
    set object 1 rectangle from -10, graph 0 to 10, graph 1 fillcolor rgb 0xEDEDED fillstyle solid noborder behind
    set arrow 1 from 0, graph 0 to 0, graph 1 nohead lc rgb 0x888888 lw 1.5 back
    do for [i = 1:file_count] {
        set label 10 + i FILE_TITLE[i] . "\n" . FILE_FIGURE[i] at graph -0.02, first i - 1.08 right font ',9' textcolor rgb TEXT_COLOUR
    }
    set format y ''
    plot for [i = 1:file_count] file index sprintf('file_%02d', i - 1) using (clipped($3)):(i - 1 + jitter($0)) with points pt 7 ps 0.5 lc rgb colour(i) notitle, \
         file index 'summary' using (clipped($3)):1:(0):(0.34) with vectors nohead lw 3 lc rgb 0x000000 notitle, \
         file index 'summary' using (clipped($3)):1:(0):(-0.34) with vectors nohead lw 3 lc rgb 0x000000 notitle
    unset label
    unset object 1
    unset arrow
    unset multiplot
    unset output
    set tics autofreq
}
