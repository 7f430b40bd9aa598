package text

import (
	"strings"
)

// Markdown is the complete post-mortem as one Markdown document: the written
// parts as they were written, all else from the record, escaped.
func (r Reader) Markdown(d Document) string {
	s := r.sheet(d)
	var b page
	b.block("# " + markdown(s.Title))
	b.block("**" + s.Incident.Severity.String() + "** · " + markdown(s.Head))
	b.block(strings.TrimSpace(d.Review.Summary))
	b.table([]string{r.say("doc.fact"), r.say("doc.value")}, rows(s.Facts, func(f Fact) []string { return []string{upper(f.Label), f.Value} }))
	b.part(r.say("doc.impact"), d.Review.Impact)
	b.head(r.say("doc.process"))
	b.table([]string{r.say("doc.stage"), r.say("doc.how"), ""}, rows(s.Scores, func(x Score) []string {
		late := ""
		if x.Late {
			late = r.say("doc.late")
		}
		return []string{x.Name, markdown(x.Text), late}
	}))
	b.head(r.say("doc.moments"))
	b.list(rows(s.Moments, func(m moment) []string { return []string{"**" + m.At + "** " + markdownOf(m.Text)} }))
	b.part(r.say("doc.cause"), d.Review.Cause)
	r.markdownOptions(&b, s.Options)
	b.part(r.say("doc.well"), d.Review.Well)
	b.part(r.say("doc.improve"), d.Review.Improve)
	b.part(r.say("doc.lucky"), d.Review.Lucky)
	b.head(r.say("doc.actions"))
	b.table([]string{r.say("doc.kind"), r.say("doc.action"), r.say("doc.owner"), r.say("doc.due"), r.say("doc.state")}, rows(s.Actions, func(p promise) []string {
		return []string{p.Kind, markdown(p.Title), markdown(p.Owner), p.Due, p.State}
	}))
	if len(s.Actions) == 0 {
		b.block(r.say("doc.noActions"))
	}
	r.markdownEvidence(&b, s)
	return b.String()
}

func (r Reader) markdownOptions(b *page, options []option) {
	if len(options) == 0 {
		return
	}
	b.head(r.say("doc.decisions"))
	b.table([]string{"", r.say("doc.option"), r.say("doc.track"), r.say("doc.detail"), r.say("doc.votes")}, rows(options, func(o option) []string {
		chosen := ""
		if o.Chosen {
			chosen = "✓"
		}
		return []string{chosen, markdown(o.Title), o.Track, markdown(o.Detail), o.Votes}
	}))
	for _, o := range options {
		if o.Decision != "" {
			b.block("> **" + markdown(o.Title) + "**: " + markdownOf(o.Decision))
		}
	}
}

func (r Reader) markdownEvidence(b *page, s sheet) {
	if s.Verdict != "" {
		b.head(r.say("doc.verified"))
		b.block(markdown(s.Verdict))
		b.table([]string{"", r.say("doc.check"), r.say("doc.weight")}, rows(s.Checks, func(c checked) []string { return []string{c.Mark, markdown(c.Text), c.Weight} }))
	}
	if len(s.Found) > 0 {
		b.head(r.say("doc.evidence"))
	}
	for _, f := range s.Found {
		b.block("**" + markdown(f.Name) + "** (" + markdown(f.Source) + "): " + markdown(f.Says))
		b.list(rows(f.Lines, func(line string) []string { return []string{markdownOf(line)} }))
	}
	b.block("---")
	b.block(r.say("doc.chain", "hash", "`"+s.Hash+"`", "at", r.DateTime(s.Now), "link", markdown(s.Link)))
}

// page collects blocks of Markdown with an empty line between them.
type page struct{ strings.Builder }

func (p *page) block(s string) {
	if s = strings.TrimSpace(s); s == "" {
		return
	}
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
	p.WriteString(s)
	p.WriteByte('\n')
}

func (p *page) head(title string) { p.block("## " + title) }

// part is a written part under its heading; an empty one is left out.
func (p *page) part(title, body string) {
	if strings.TrimSpace(body) != "" {
		p.head(title)
		p.block(body)
	}
}

func (p *page) list(items [][]string) {
	var b strings.Builder
	for _, item := range items {
		b.WriteString("- " + item[0] + "\n")
	}
	p.block(b.String())
}

// table writes rows of cells; one without rows is left out.
func (p *page) table(head []string, body [][]string) {
	if len(body) == 0 {
		return
	}
	var b strings.Builder
	for n, row := range append([][]string{head}, body...) {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if n == 0 {
			b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
		}
	}
	p.block(b.String())
}

func rows[T any](list []T, row func(T) []string) [][]string {
	out := make([][]string, 0, len(list))
	for _, x := range list {
		out = append(out, row(x))
	}
	return out
}
