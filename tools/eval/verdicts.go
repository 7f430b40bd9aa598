package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/incident"
)

// patience is how long after its last signal a case is watched.
const patience = 15 * time.Minute

// verdictCase is one line of the file: what was sent, and whether it was a
// critical problem of production.
type verdictCase struct {
	Kind    string `json:"kind,omitempty"` // of a generated one, for the table of errors
	Signals []struct {
		At     time.Time       `json:"at"`
		Source string          `json:"source"`
		Body   json.RawMessage `json:"body"` // as the sender sends it; a string is taken as text
	} `json:"signals"`
	Changes  []incident.Change `json:"changes"`
	Critical bool              `json:"critical_production"`
}

// runVerdicts plays cases through the real intake and verdict, on a clock that
// is turned, and prints the precision and recall of what was declared: by the
// policy, or because nobody answered a page in time.
func runVerdicts(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("verdicts", flag.ContinueOnError)
	generate := flags.Int("generate", 0, "write so many cases instead, at least half of them none")
	seed := flags.Uint64("seed", 1, "of the generated cases")
	verbose := flags.Bool("v", false, "list the cases that are judged wrongly")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *generate > 0 {
		return generateVerdicts(out, *generate, *seed)
	}
	if flags.NArg() != 1 {
		return errors.New("usage: eval verdicts [-v] FILE.jsonl | eval verdicts -generate N [-seed S]")
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer file.Close()
	var counts gateCounts
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var c verdictCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		declared, score, err := playCase(context.Background(), c)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if *verbose && declared != c.Critical {
			fmt.Fprintf(out, "line %d %s: declared %v, highest score %d\n", n, c.Kind, declared, score)
		}
		counts.add(declared, c.Critical)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	counts.print(out)
	return nil
}

// gateCounts are the cases by what they were and what became of them.
type gateCounts struct{ right, falseAlarms, missed, quiet int }

func (g *gateCounts) add(declared, critical bool) {
	switch {
	case declared && critical:
		g.right++
	case declared:
		g.falseAlarms++
	case critical:
		g.missed++
	default:
		g.quiet++
	}
}

func (g *gateCounts) print(out io.Writer) {
	share := func(n, of int) float64 {
		if of == 0 {
			return 1
		}
		return float64(n) / float64(of)
	}
	all := g.right + g.falseAlarms + g.missed + g.quiet
	fmt.Fprintf(out, "%d cases, %d critical   precision %.3f recall %.3f   false alarms %d, missed %d\n",
		all, g.right+g.missed, share(g.right, g.right+g.falseAlarms), share(g.right, g.right+g.missed), g.falseAlarms, g.missed)
}

// playCase says whether a case was declared, and the highest score it had.
func playCase(ctx context.Context, c verdictCase) (declared bool, score int, err error) {
	if len(c.Signals) == 0 {
		return false, 0, nil
	}
	dir, err := os.MkdirTemp("", "sigap-eval-")
	if err != nil {
		return false, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	gate, err := app.NewGate(ctx, dir, c.Signals[0].At.Add(-time.Hour))
	if err != nil {
		return false, 0, err
	}
	defer func() { err = errors.Join(err, gate.Close()) }()
	for _, change := range c.Changes {
		if err := gate.Change(ctx, change); err != nil {
			return false, 0, err
		}
	}
	last := time.Time{}
	for _, s := range c.Signals {
		body := []byte(s.Body)
		var text string
		if json.Unmarshal(s.Body, &text) == nil {
			body = []byte(text)
		}
		if err := gate.Take(ctx, s.At, s.Source, body); err != nil {
			return false, 0, err
		}
		last = s.At
	}
	if err := gate.Turn(ctx, last.Add(patience)); err != nil {
		return false, 0, err
	}
	found, err := gate.Candidates(ctx)
	for _, i := range found {
		declared = declared || i.Number > 0
		if i.Verdict != nil {
			score = max(score, i.Verdict.Score)
		}
	}
	return declared, score, err
}
