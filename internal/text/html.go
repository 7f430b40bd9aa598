package text

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed postmortem.html
var postmortem string

// HTML is the complete post-mortem as one page that stands alone: no script,
// nothing fetched, made to be printed and handed to a director. Whatever people
// or senders wrote is escaped, and the written parts go through [Render].
func (r Reader) HTML(d Document) ([]byte, error) {
	t, err := template.New("postmortem").Funcs(template.FuncMap{
		"say":    func(key string) string { return r.say(key) },
		"when":   r.DateTime,
		"inline": inlineHTML,
		"render": func(markdown string) template.HTML { return template.HTML(Render(markdown)) }, //nolint:gosec // Render makes it safe
	}).Parse(postmortem)
	if err != nil {
		return nil, fmt.Errorf("read the template of the post-mortem: %w", err)
	}
	s := r.sheet(d)
	var b bytes.Buffer
	err = t.Execute(&b, struct {
		sheet
		Plot  *drawing
		Strip *strip
	}{s, r.draw(d.Incident), r.strip(d.Incident, s.Scores, d.Now)})
	if err != nil {
		return nil, fmt.Errorf("write the post-mortem of %s: %w", s.Ref, err)
	}
	return b.Bytes(), nil
}

// inlineHTML turns inline markup into HTML: bold, code and line breaks, all
// else escaped.
func inlineHTML(s string) template.HTML {
	var b strings.Builder
	for _, piece := range runs(s) {
		text := strings.ReplaceAll(template.HTMLEscapeString(piece.text), "\n", "<br>")
		switch piece.mark {
		case "**":
			text = "<b>" + text + "</b>"
		case "`":
			text = "<code>" + text + "</code>"
		}
		b.WriteString(text)
	}
	return template.HTML(b.String()) //nolint:gosec // every piece is escaped above
}
