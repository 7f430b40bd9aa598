package incident

import (
	"slices"
	"strings"
	"time"
)

// Policy is what the team decided beforehand, so that nobody has to in the
// night. The zero value is not useful; see [DefaultPolicy].
type Policy struct {
	DeclareAt    int            `json:"declareAt"`     // score from which a live verdict declares by itself; over 100: never
	PageAt       int            `json:"pageAt"`        // score below which even a SEV1 or SEV2 pages nobody: by default only what was noise before
	SilenceLimit time.Duration  `json:"silenceLimit"`  // nobody answered a candidate for so long: it counts as real
	AckLimit     time.Duration  `json:"ackLimit"`      // a page goes to the next person after
	MethodLimit  time.Duration  `json:"methodLimit"`   // a page tries the person's next method after
	GroupWindow  time.Duration  `json:"groupWindow"`   // alerts of one service join a candidate that is younger
	NonProd      []string       `json:"nonProduction"` // environments that do not page
	Matrix       [3][3]Severity `json:"matrix"`        // severity by impact (row: wide, partial, small) and urgency (column: high, medium, low)
	Hold         time.Duration  `json:"hold"`          // the proof of recovery must hold for
	Words        map[string]int `json:"words"`         // senders' severity words → urgency column 0, 1, 2
}

// DefaultPolicy is what a fresh installation goes by.
func DefaultPolicy() Policy {
	return Policy{
		DeclareAt: 70, PageAt: 30, SilenceLimit: 5 * time.Minute, AckLimit: 3 * time.Minute, MethodLimit: time.Minute,
		GroupWindow: 20 * time.Minute, Hold: 2 * time.Minute,
		NonProd: []string{"staging", "stage", "stg", "test", "testing", "dev", "development", "qa", "uat", "sandbox", "preview", "ci", "local"},
		Matrix:  [3][3]Severity{{SEV1, SEV1, SEV2}, {SEV1, SEV2, SEV3}, {SEV2, SEV3, SEV4}},
		Words: map[string]int{
			"critical": 0, "crit": 0, "fatal": 0, "emergency": 0, "alert": 0, "disaster": 0, "page": 0, "p1": 0, "sev1": 0, "high": 0, "1": 0, "kritis": 0,
			"error": 1, "err": 1, "major": 1, "p2": 1, "sev2": 1, "2": 1, "": 1,
			"warning": 2, "warn": 2, "minor": 2, "average": 2, "medium": 1, "p3": 2, "sev3": 2, "3": 2,
			"info": 2, "information": 2, "notice": 2, "low": 2, "p4": 2, "p5": 2, "sev4": 2, "4": 2, "5": 2, "none": 2,
		},
	}
}

// Urgency is the column of the matrix that a sender's word for severity stands
// for, 0 for the gravest. A word that nobody listed is in the middle.
func (p *Policy) Urgency(word string) int {
	if column, known := p.Words[strings.ToLower(strings.TrimSpace(word))]; known {
		return column
	}
	return 1
}

// Production reports whether an environment counts as production: one that is
// not known does, until somebody says otherwise.
func (p *Policy) Production(environment string) bool {
	return !slices.Contains(p.NonProd, strings.ToLower(environment))
}

// Validate names the first field that cannot be.
func (p *Policy) Validate() error {
	switch {
	case p.DeclareAt < 1 || p.PageAt < 1:
		return FieldError("declareAt", "A score to declare or page at is 1 to 100, or more for never.")
	case p.SilenceLimit < 10*time.Second || p.AckLimit < 10*time.Second || p.MethodLimit < 5*time.Second:
		return FieldError("ackLimit", "A limit is at least ten seconds, for the next method five.")
	case p.GroupWindow < time.Minute || p.GroupWindow > 24*time.Hour:
		return FieldError("groupWindow", "The window for grouping is a minute to a day.")
	case p.Hold < 0:
		return FieldError("hold", "The time that recovery must hold cannot be negative.")
	}
	for _, row := range p.Matrix {
		for _, s := range row {
			if !s.Valid() {
				return FieldError("matrix", "Each field of the matrix is a severity from 1 to 4.")
			}
		}
	}
	return nil
}
