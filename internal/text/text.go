// Package text words what Sigap says, in English and Indonesian.
package text

import (
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Reader is whoever reads: a language and a time zone.
type Reader struct {
	Lang     string
	Location *time.Location
}

type Line struct {
	Icon, Tone, Text, Detail, Quote, Diff string
	Spark                                 []float64
}
type Field struct {
	Label string `json:"label"`
	Value string `json:"value"`
}
type Action struct {
	Label, URL string
	Primary    bool
}
type Words struct {
	Title   string
	Lines   []string
	Fields  []Field
	Actions []Action
	PlotAlt string
}
type Letter struct {
	Incident *incident.Incident
	Purpose  incident.Purpose
	Notice   incident.Notice
	Audience string
	Code     string
	Args     map[string]string
	Link     string
	Room     bool
	Now      time.Time
}
type Fact struct {
	Value string `json:"value"`
	Label string `json:"label"`
}
type Bar struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Kind string    `json:"kind"`
}
type Score struct {
	Stage incident.Stage `json:"stage"`
	Name  string         `json:"name"`
	Text  string         `json:"text"`
	Late  bool           `json:"late"`
	Bars  []Bar          `json:"bars"`
	Marks []time.Time    `json:"marks"`
}
type Happening struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
	Tone string    `json:"tone"`
	Seq  int       `json:"seq"`
}
type Document struct {
	Incident *incident.Incident
	Review   incident.Review
	Entries  []incident.Entry
	Now      time.Time
	Link     string
}

func (r Reader) Entry(e incident.Entry) Line                                         { return Line{Text: string(e.Kind)} }
func (r Reader) Stage(s incident.Stage) string                                       { return string(s) }
func (r Reader) StageText(st incident.StageState) string                             { return st.Code }
func (r Reader) Status(s incident.Status) string                                     { return string(s) }
func (r Reader) Move(m incident.Move) string                                         { return string(m) }
func (r Reader) Role(x incident.Role) string                                         { return string(x) }
func (r Reader) Reach(x incident.Reach) string                                       { return string(x) }
func (r Reader) Verdict(v *incident.Verdict, i *incident.Incident) (say, how string) { return "", "" }
func (r Reader) Check(c incident.Check) string                                       { return c.Code }
func (r Reader) EvidenceName(check string) string                                    { return check }
func (r Reader) Evidence(e *incident.Evidence) string                                { return e.Code }
func (r Reader) Suspect(s *incident.Suspect) string                                  { return "" }
func (r Reader) Reason(x incident.Reason) string                                     { return x.Code }
func (r Reader) Join(a incident.JoinedAlert) string                                  { return string(a.Why) }
func (r Reader) Moment(m incident.Moment) string                                     { return m.Code }
func (r Reader) PlotTitle(p incident.Plot) string                                    { return p.Title }
func (r Reader) Usual() string                                                       { return "usual" } // the label of a plot's usual band
func (r Reader) Letter(l Letter) Words                                               { return Words{Title: l.Incident.Title} }
func (r Reader) PasswordReset(link string) Words                                     { return Words{} }
func (r Reader) Invitation(by, link string) Words                                    { return Words{} }
func (r Reader) Test(name, code string) Words                                        { return Words{Title: "Test " + code} }
func (r Reader) UpdateDraft(i *incident.Incident, since []incident.Entry, now time.Time) incident.UpdateText {
	return incident.UpdateText{Status: string(i.Status)}
}
func (r Reader) ReviewDraft(i *incident.Incident, entries []incident.Entry) incident.Review {
	return incident.Review{Lang: r.Lang, Title: i.Title}
}
func (r Reader) Facts(i *incident.Incident) []Fact                                     { return nil }
func (r Reader) Scorecard(i *incident.Incident, now time.Time) []Score                 { return nil }
func (r Reader) KeyMoments(i *incident.Incident, entries []incident.Entry) []Happening { return nil }
func (r Reader) Markdown(d Document) string                                            { return "# " + d.Review.Title + "\n" }
func (r Reader) HTML(d Document) ([]byte, error)                                       { return []byte(d.Review.Title), nil }
func (r Reader) Agenda(i *incident.Incident) string                                    { return "" }
func Render(markdown string) string                                                    { return "" }
