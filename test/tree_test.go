package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	// root is the top of the tree, seen from this package's folder.
	root   = ".."
	module = "github.com/sigap-dev/sigap"

	// longFile is the number of lines above which a file must say why.
	longFile   = 500
	longMarker = "sigap:long "
)

func TestEachPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, pkg := range packages(t) {
		if pkg.hasCode && pkg.doc == "" {
			t.Errorf("%s has no package comment: say what it is, what it guarantees and what it does not know", pkg.path)
		}
	}
}

func TestALongFileSaysWhyItIsLong(t *testing.T) {
	t.Parallel()
	kinds := []string{".go", ".ts", ".js", ".svelte", ".css", ".sql"}
	walk(t, func(path string) {
		if !slices.Contains(kinds, filepath.Ext(path)) {
			return
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(text, []byte("\n"))
		if lines > longFile && !generated(path, text) && !saysWhyLong(text) {
			t.Errorf("%s has %d lines: split it by what its parts do, or give the reason in a line `//%sREASON`",
				path, lines, longMarker)
		}
	})
}

func TestLockFilesNameNoHost(t *testing.T) {
	t.Parallel()
	walk(t, func(path string) {
		if filepath.Base(path) != "package-lock.json" {
			return
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(`"resolved": "http`)) {
			t.Errorf("%s names the registry it was made with, which others may not reach: "+
				"put omit-lockfile-registry-resolved=true into .npmrc and make it again", path)
		}
	})
}

func TestOnlyAReasonExcusesALongFile(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"//sigap:long one table, easier to read in one piece": true,
		"  <!-- sigap:long one drawing -->":                   true,
		"//sigap:long ":                                       false,
		"//sigap:longer":                                      false,
		"package long":                                        false,
	}
	for text, want := range tests {
		if got := saysWhyLong([]byte("package x\n" + text + "\n")); got != want {
			t.Errorf("%q: excused is %t, want %t", text, got, want)
		}
	}
}

// ourPackage is a package of this module; its paths are relative to the module
// and name packages of this module only.
type ourPackage struct {
	path        string
	doc         string // the first sentence of the package comment
	hasCode     bool   // it holds more than tests
	imports     []string
	testImports []string
}

// packages asks the go command, which knows what belongs to the module.
func packages(t *testing.T) []ourPackage {
	t.Helper()
	// -e: a page that was not built yet is missing in an embed, which is no matter here.
	list := exec.CommandContext(t.Context(), "go", "list", "-e",
		"-json=ImportPath,Doc,GoFiles,Imports,TestImports,XTestImports", "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("list the packages: %v", err)
	}

	var found []ourPackage
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var listed struct {
			ImportPath, Doc                             string
			GoFiles, Imports, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read the list of packages: %v", err)
		}
		path := strings.TrimPrefix(listed.ImportPath, module+"/")
		found = append(found, ourPackage{
			path:        path,
			doc:         listed.Doc,
			hasCode:     len(listed.GoFiles) > 0,
			imports:     ours(path, listed.Imports),
			testImports: ours(path, append(listed.TestImports, listed.XTestImports...)),
		})
	}
	if len(found) == 0 {
		t.Fatal("the go command lists no package")
	}
	return found
}

// ours keeps the imports that are other packages of this module.
func ours(path string, imports []string) []string {
	var kept []string
	for _, imported := range imports {
		relative, ok := strings.CutPrefix(imported, module+"/")
		if ok && relative != path && !slices.Contains(kept, relative) {
			kept = append(kept, relative)
		}
	}
	return kept
}

// walk visits the files of the tree, leaving out what Git ignores and what
// tests read as data.
func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	atTheTop := []string{".git", ".cache", "bin", "data"}
	anywhere := []string{"dist", "node_modules", "test-results", "testdata"}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			top := filepath.Dir(path) == root && slices.Contains(atTheTop, entry.Name())
			if top || slices.Contains(anywhere, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		visit(path)
		return nil
	})
	if err != nil {
		t.Fatalf("walk the tree: %v", err)
	}
}

// generated reports whether no person wrote a file: one that says so in its
// first line, as Go's tools do, or the page's types, which make gen writes.
func generated(path string, text []byte) bool {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.Contains(first, []byte("Code generated")) || filepath.Base(path) == "schema.d.ts"
}

// saysWhyLong reports whether a line carries the marker and a reason.
func saysWhyLong(text []byte) bool {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		_, reason, marked := strings.Cut(lines.Text(), longMarker)
		if marked && strings.TrimSpace(reason) != "" {
			return true
		}
	}
	return false
}
