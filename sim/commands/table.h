/* The menu of subcommands: one word per file in this folder. */
COMMAND(run)
COMMAND(plan)
COMMAND(validate)
COMMAND(calibrate)
COMMAND(list)
COMMAND(schema)
COMMAND(help)
