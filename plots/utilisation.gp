# How busy each resource is over the step: a panel a resource, a row a class of GPUs, dark = busy.
set yrange [class_rows < 2 ? -1 : 0:class_rows]
set cbrange [0:100]
set xrange [0:step_s]
set palette defined (0 '#F4F4F4', 25 '#BFDDF3', 50 '#5FA3D9', 75 '#0B4F8A', 100 '#06233F')
set ytics scale 0
set key off
file = '../series/utilisation_grid.dat'

do for [picture in 'png svg'] {
    set terminal @png_terminal
    if (picture eq 'svg') { set terminal @svg_terminal }
    set output 'utilisation.' . picture
    set multiplot
    @set_title
    height = (top - 0.075) / words(panels)
    # Names as large as their rows; where that is too small to read, every second one.
    row_points = 0.75 * 675 * (height - 0.047) / class_rows
    named = row_points < 6 ? 2 : 1
    name_font = sprintf(',%.1f', row_points * named < 10.5 ? row_points * named : 10.5)
    set ytics font name_font
    do for [i = 1:words(panels)] {
        panel = word(panels, i)
        set lmargin at screen room(label_columns)
        set rmargin at screen 0.90
        set tmargin at screen top - (i - 1) * height - 0.035
        set bmargin at screen top - i * height + 0.012
        set label 3 PANEL_TITLE[i] at graph 0, graph 1 offset 0,0.6 left textcolor rgb 0x000000
        set format x i == words(panels) ? '%g' : ''
        set xlabel i == words(panels) ? 'time in the step, s' : '' offset 0,0.4
        unset colorbox
        if (i == 1) {
            set colorbox user origin 0.925, 0.15 size 0.015, top - 0.25
            set cblabel 'busy, %' offset 0,0
        }
        plot file index 'labels' every named using (NaN):1:ytic(2) with dots notitle, \
             file index panel using 1:3:1:2:4:5:6 with boxxyerror lc palette notitle
        unset label
    }
    unset multiplot
    unset output
}
