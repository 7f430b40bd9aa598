package text_test

import (
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

func ExampleReader() {
	evidence := &incident.Evidence{Check: "errors", State: incident.EvidenceFound, Code: "errorsUp",
		Args: map[string]string{"before": "0.003", "now": "0.041", "service": "checkout"}}
	jakarta := time.FixedZone("WIB", 7*60*60)
	for _, r := range []text.Reader{{Lang: "en", Location: jakarta}, {Lang: "id", Location: jakarta}} {
		fmt.Println(r.Evidence(evidence), "·", r.Duration(72*time.Second), "·", r.Clock(time.Date(2026, 11, 23, 7, 3, 0, 0, time.UTC)))
	}
	// Output:
	// Errors of checkout are at 4.1%, usually 0.3% · 1 min 12 s · 14:03
	// Error checkout 4,1%, biasanya 0,3% · 1 mnt 12 dtk · 14.03
}
