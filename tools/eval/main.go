// Command eval measures Sigap's methods on labelled data.
//
//	eval patterns [-v] FILE.csv…   log lines to templates: grouping accuracy
//	eval causes …                  metrics to the component at fault
//	eval verdicts [-v] FILE.jsonl  signals to what is declared: precision, recall
//	eval verdicts -generate N      such a file, drawn from a seed
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "patterns":
			return runPatterns(args[1:], stdout)
		case "causes":
			return runCauses(args[1:], stdout)
		case "verdicts":
			return runVerdicts(args[1:], stdout)
		}
	}
	return fmt.Errorf("usage: eval patterns|causes|verdicts …")
}
