package incident

import (
	"strings"
	"unicode"
)

// maxName bounds the names by which a record is found, in bytes: an index of
// PostgreSQL holds no long ones.
const maxName = 200

// ServiceGroup names the open records that a service's alerts may join.
func ServiceGroup(service string) string { return cut("service:" + service) }

// TitleGroup names the open records that an alert without a service may join.
func TitleGroup(title string) string { return cut("title:" + title) }

// Groups are the groups that the record is found in while people work on it.
func (i *Incident) Groups() []string {
	if !i.Status.Open() {
		return nil
	}
	out := []string{ServiceGroup(i.Service)}
	if i.Service == "" {
		out[0] = TitleGroup(i.Title)
	}
	for _, s := range i.Affected {
		out = append(out, ServiceGroup(s))
	}
	return append(out, i.RuleGroups...)
}

func cut(name string) string {
	name = strings.ReplaceAll(name, "\x00", "")
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	return name
}

const (
	maxWord  = 64  // bytes of one word
	maxWords = 400 // of one entry: the rest of a pasted log is not looked for
)

// Words are what a search finds this entry's incident by: what was said in it,
// in small letters, each word once. A word that is made of several, such as
// service-7, is there whole and in its parts.
func (e *Entry) Words() []string {
	f, err := e.Fact()
	if err != nil {
		return nil // Verify tells of it
	}
	var out []string
	seen := map[string]bool{}
	for _, text := range said(f, e) {
		for _, w := range Words(text) {
			if !seen[w] && len(out) < maxWords {
				seen[w] = true
				out = append(out, w)
			}
		}
	}
	return out
}

// said are the texts of a fact that somebody may look for.
func said(f Fact, e *Entry) []string {
	switch f := f.(type) {
	case Opened:
		return []string{(&Incident{ID: e.Incident}).Ref(), f.Title, f.Service, f.Environment}
	case Declared:
		return []string{(&Incident{Number: f.Number}).Ref(), f.Reason}
	case SignalJoined:
		return []string{f.Alert.Title, f.Alert.Service}
	case Retitled:
		return []string{f.Title}
	case MergedInto:
		return []string{f.Ref}
	case TookOver:
		return append([]string{f.Ref, f.Title}, titles(f.Alerts)...)
	case SplitOff:
		return []string{f.Ref, f.Title}
	case SplitFrom:
		return append([]string{f.Ref, f.Title}, titles(f.Alerts)...)
	case DismissedAs:
		return []string{f.Reason}
	case SeveritySet:
		return []string{f.Reason}
	case Evidence:
		var out []string
		for _, p := range f.Patterns {
			out = append(out, p.Template)
		}
		return out
	case Note:
		return []string{f.Text}
	case Finding:
		return []string{f.Text}
	case Hypothesis:
		return []string{f.Text}
	case CauseConfirmed:
		return append([]string{f.Text}, f.Factors...)
	case Corrected:
		return []string{f.Text}
	case Reported:
		return []string{f.Report.Words, f.Report.Reporter, f.Report.Segment}
	case Option:
		return []string{f.Title, f.Effect}
	case Decided:
		return []string{f.Title, f.Reason}
	case Task:
		return []string{f.Title}
	case UpdateSent:
		return []string{f.Text.Status, f.Text.Impact, f.Text.Done, f.Text.Next}
	case ReviewDrafted:
		return []string{f.Review.Title, f.Review.Summary, f.Review.Impact, f.Review.Cause}
	case ReviewEdited:
		var out []string
		for _, text := range f.Parts {
			out = append(out, text)
		}
		return out
	case Action:
		return []string{f.Title}
	}
	return nil
}

func titles(alerts []JoinedAlert) []string {
	out := make([]string, len(alerts))
	for n, a := range alerts {
		out[n] = a.Title
	}
	return out
}

// Words are the words of a text as a search knows them.
func Words(text string) []string {
	var out []string
	for word := range strings.FieldsSeq(strings.ToLower(strings.ToValidUTF8(text, " "))) {
		word = strings.TrimFunc(word, notInWord)
		parts := strings.FieldsFunc(word, notInWord)
		if len(parts) > 1 {
			out = append(out, clipWord(word))
		}
		for _, p := range parts {
			out = append(out, clipWord(p))
		}
	}
	return out
}

func notInWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }

func clipWord(w string) string {
	if len(w) <= maxWord {
		return w
	}
	return strings.ToValidUTF8(w[:maxWord], "")
}
