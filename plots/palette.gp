# palette: the colours of all pictures. Blue is work, purple is overhead of work, red, yellow and brown are communication, grey is
# waiting, green is storage. A category has the same colour everywhere; the order is that of the ledger.
array LEDGER_COLOUR[19] = [ \
    0x0B4F8A, 0x5FA3D9, 0xA9D1F0, 0x7A6FB8, 0xC9BFE6, \
    0xC6241A, 0xE86A33, 0xF2A07B, 0xD98880, 0xF5C242, 0xA65A1F, \
    0x8F8F8F, 0x4A4A4A, 0x689F38, 0x4DB6AC, 0xA5D6A7, \
    0x222222, 0xDADADA, 0xE3D5C5 ]

FORWARD_EVEN = 0x6FB1E4
FORWARD_ODD = 0x9CCBEF
BACKWARD_EVEN = 0x0B4F8A
BACKWARD_ODD = 0x2E73B3
WEIGHT_EVEN = 0x1FA9A0
WEIGHT_ODD = 0x5CC9C2
TENSOR_COLOUR = LEDGER_COLOUR[6]
EXPERT_COLOUR = LEDGER_COLOUR[8]
CONTEXT_COLOUR = LEDGER_COLOUR[7]
PIPELINE_COLOUR = LEDGER_COLOUR[10]
DATA_COLOUR = LEDGER_COLOUR[11]
OPTIMIZER_COLOUR = LEDGER_COLOUR[4]
HOST_COLOUR = LEDGER_COLOUR[13]
TEXT_COLOUR = 0x333333
LIMIT_COLOUR = 0xC6241A

png_terminal = "pngcairo noenhanced size 1200,675 font 'DejaVu Sans,10.5' background '#FFFFFF'"
svg_terminal = "svg noenhanced size 1200,675 font 'DejaVu Sans,13' background '#FFFFFF'"

set border 3 lc rgb 0x888888
set tics nomirror out scale 0.6 textcolor rgb TEXT_COLOUR
set style fill solid 1 noborder
top = 0.905 - 0.033 * subtitle_lines

# Room for names of this many letters, as a fraction of the width.
room(columns) = columns > 60 ? 0.408 : columns > 13 ? 0.012 + 0.0066 * columns : 0.10

# The first panel of a picture carries the title.
set_title = "set label 1 title at screen 0.015,0.962 left font ',15' textcolor rgb 0x000000; set label 2 subtitle at screen 0.015,0.918 left textcolor rgb TEXT_COLOUR"
