package text

import (
	"bytes"
	"html"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// Render turns Markdown that people wrote into HTML that is safe in a page:
// no HTML of theirs, no script, no style, no picture (a picture from outside
// would tell its host who reads), and links that give nothing away.
func Render(markdown string) string {
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.Strikethrough, extension.Table, extension.TaskList, extension.Linkify))
	if err := md.Convert([]byte(markdown), &b); err != nil {
		return "<p>" + html.EscapeString(markdown) + "</p>"
	}
	return string(bytes.TrimSpace(safe().SanitizeBytes(b.Bytes())))
}

// safe allows what Markdown needs and no more.
func safe() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li",
		"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(bluemonday.CellAlign).OnElements("th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true) // brings rel=noopener
	return p
}
