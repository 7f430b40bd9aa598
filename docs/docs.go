// Package docs is Sigap's manual: the Markdown pages of this folder, carried in
// the binary and served as pages, so that they are at hand where there is no
// internet, in the version that runs.
package docs

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/text/language"
)

//go:embed *.md channels/*.md decisions/*.md integrations/*.md img
var files embed.FS

// Handler serves the manual below /docs/. A page has its file's name, as on the
// shelf, so that the links between the files hold between the pages too; the
// root is the table of contents in the language that the browser asks for.
func Handler() http.Handler {
	pages := sync.OnceValue(func() map[string][]byte { // when somebody reads, not at each start
		pages, err := render()
		if err != nil {
			panic(err) // the files are in the binary, and a test renders each of them
		}
		return pages
	})
	static := http.StripPrefix("/docs/", http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/docs")
		switch page, found := pages()[strings.TrimPrefix(name, "/")]; {
		case found:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page)
		case name == "":
			w.Header().Set("Vary", "Accept-Language")
			http.Redirect(w, r, "/docs/"+contents(r.Header.Get("Accept-Language")), http.StatusFound)
		case strings.HasPrefix(name, "/img/"):
			static.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

var languages = language.NewMatcher([]language.Tag{language.English, language.Indonesian})

// contents is the first page for a browser's languages.
func contents(accept string) string {
	if _, n := language.MatchStrings(languages, accept); n == 1 {
		return "README.id.md"
	}
	return "README.md"
}

var frame = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}} · Sigap</title><link rel="icon" href="/mark.svg"><link rel="stylesheet" href="/docs.css"></head>
<body><header><a href="/">Sigap</a><nav><a href="{{.Contents}}">{{if eq .Lang "id"}}Panduan{{else}}Manual{{end}}</a>{{with .Other}}<a href="{{.}}" hreflang="{{if eq $.Lang "id"}}en{{else}}id{{end}}" lang="{{if eq $.Lang "id"}}en{{else}}id{{end}}">{{if eq $.Lang "id"}}English{{else}}Bahasa Indonesia{{end}}</a>{{end}}</nav></header>
<main>{{.Body}}</main></body></html>
`))

// render makes a page of each file, by its name.
func render() (map[string][]byte, error) {
	pages := map[string][]byte{}
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".md" {
			return err
		}
		source, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		tree := markdown.Parser().Parse(text.NewReader(source))
		title, err := prepare(tree, source, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var body, page bytes.Buffer
		if err := markdown.Renderer().Render(&body, source, tree); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		lang, contents, other := "en", "/docs/README.md", strings.TrimSuffix(name, ".md")+".id.md"
		if base, ok := strings.CutSuffix(name, ".id.md"); ok {
			lang, contents, other = "id", "/docs/README.id.md", base+".md"
		}
		if _, err := fs.Stat(files, other); err != nil {
			other = ""
		} else {
			other = "/docs/" + other
		}
		err = frame.Execute(&page, map[string]any{"Lang": lang, "Title": title, "Contents": contents, "Other": other,
			"Body": template.HTML(body.String())}) //nolint:gosec // our own pages; goldmark lets no HTML through
		pages[name] = page.Bytes()
		return err
	})
	return pages, err
}

// prepare gives a page's title, and turns links to what lies beside the manual
// in the source, which the binary does not carry, into their words.
func prepare(tree ast.Node, source []byte, name string) (title string, err error) {
	var away []ast.Node
	err = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if title == "" {
				title = words(n, source)
			}
		case *ast.Link:
			target := string(n.Destination)
			if !strings.Contains(target, ":") && strings.HasPrefix(path.Join(path.Dir(name), target), "..") {
				away = append(away, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range away {
		n.Parent().ReplaceChild(n.Parent(), n, ast.NewString([]byte(words(n, source))))
	}
	return title, err
}

// words are the letters of a node without its markup.
func words(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(source))
			continue
		}
		b.WriteString(words(c, source))
	}
	return b.String()
}
