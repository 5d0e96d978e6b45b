# Where the GPU time went: one bar from peak to ideal compute, and below it each loss on its own line.
set key off
set xrange [0:100]
set border 1 lc rgb 0x888888
set xlabel 'share of all GPU time, %' offset 0,0.3
file = '../series/ledger.dat'
bar_low = 0.9
bar_high = 2.1
bar_middle = 1.5

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'ledger.' . picture
    @set_title
    set lmargin at screen 0.29
    set rmargin at screen 0.93
    set bmargin at screen 0.10
    set tmargin at screen top - 0.01
    set yrange [-ledger_rows + 0.4:bar_high + 0.15]
    set ytics scale 0 (peak_title bar_middle)
    set grid x lc rgb 0xDDDDDD lw 1 dt 1
    plot file index 'waterfall' using 3:1:3:4:(bar_low):(bar_high):(LEDGER_COLOUR[int($2) + 1]) with boxxyerror lc rgb variable, \
         file index 'waterfall' using 3:1:3:4:($1 - 0.38):($1 + 0.38):(LEDGER_COLOUR[int($2) + 1]) with boxxyerror lc rgb variable, \
         file index 'waterfall' using 3:1:(0):(-0.62):ytic(6) with vectors nohead lw 1 lc rgb 0x999999, \
         file index 'waterfall' using 4:1:7 with labels left offset 0.6,0 textcolor rgb 0x000000
    unset output
}
