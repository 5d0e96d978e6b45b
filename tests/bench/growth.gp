# Time and memory of a run over the number of GPUs; `gnuplot -e "data='growth.dat'" growth.gp` makes growth.png.
set terminal pngcairo size 900,520 noenhanced font ",11"
set output data[:strlen(data)-4].".png"
set title "What a step of a 1T-parameter plan costs to simulate"
set xlabel "GPUs"
set logscale xy
set grid back lc rgb "#dddddd"
set ylabel "seconds, MB"
set key left top
plot for [i=0:1] data index i using 1:2 with linespoints lw 2 pt 7 title (i == 0 ? "seconds, nodes of 8" : "seconds, racks of 72"), \
     for [i=0:1] data index i using 1:($3/1e6) with linespoints lw 2 dt 2 pt 5 title (i == 0 ? "MB, nodes of 8" : "MB, racks of 72")
