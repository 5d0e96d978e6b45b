# Who hurt whom: a row a job, a column whom its exposed communication is due to. Grey is the job itself, red are the others.
set border 0
set key off
set xrange [-0.5:slots - 0.5]
set yrange [row_slots - 0.5:-0.5]
set cbrange [0:percent_high]
set palette defined (0 '#FBF4F1', 0.25 '#F9D3C3', 0.6 '#E86A33', 1 '#A31510')
set xtics scale 0
set ytics scale 0
set format x ''
file = '../series/contention.dat'

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'contention.' . picture
    @set_title
    set label 3 'exposed communication in % of the GPU time of the job of the row, by whom it is due to; grey: by itself' at screen 0.015,0.03 left textcolor rgb TEXT_COLOUR
    set lmargin at screen 0.16
    set rmargin at screen 0.90
    set bmargin at screen 0.08
    set tmargin at screen top - (slanted ? 0.12 : 0.06)
    set colorbox user origin 0.925, 0.15 size 0.015, top - 0.35
    set cblabel 'lost to others, %' offset 0,0
    plot file index 'others' using 1:2:3:4:5:6:7 with boxxyerror lc palette, \
         file index 'itself' using 1:2:3:4:5:6 with boxxyerror lc rgb 0xD9D9D9, \
         file index 'dark_figures' using 1:2:3 with labels textcolor rgb 0xFFFFFF, \
         file index 'light_figures' using 1:2:3 with labels textcolor rgb 0x000000, \
         file index 'rows' using (map_columns):1:3 with labels textcolor rgb 0x000000, \
         for [i = 1:!slanted] file index 'heads' using 1:(-0.5):2 with labels offset 0,0.7 textcolor rgb 0x000000, \
         for [i = 1:slanted] file index 'heads' using 1:(-0.5):2 with labels left rotate by 30 offset -1,0.5 textcolor rgb 0x000000, \
         file index 'rows' using (NaN):1:ytic(2) with dots
    unset label
    unset output
}
