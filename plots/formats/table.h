/* The menu of output formats, the words after --format: one word per file in this folder. */
OUTPUT_FORMAT(text)
OUTPUT_FORMAT(csv)
OUTPUT_FORMAT(json)
OUTPUT_FORMAT(tidy)
OUTPUT_FORMAT(trace)
