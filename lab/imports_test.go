package lab

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// What Sigap learns of the shop must come as it comes from a user's production.
func TestTheLabSharesNothingWithSigap(t *testing.T) {
	t.Parallel()
	read := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		read++
		for _, imported := range file.Imports {
			name := strings.Trim(imported.Path.Value, `"`)
			if strings.HasPrefix(name, "github.com/sigap-dev/sigap/") && !strings.HasPrefix(name, "github.com/sigap-dev/sigap/lab") {
				t.Errorf("%s imports %s", path, name)
			}
		}
		return nil
	})
	if err != nil || read < 20 {
		t.Errorf("read %d files, %v", read, err)
	}
}
