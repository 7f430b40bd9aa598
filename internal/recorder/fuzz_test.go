package recorder

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/sigap-dev/sigap/internal/incident"
)

// seedOTLP adds each request of testdata in JSON, and some protobuf.
func seedOTLP(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(true, body)
	}
	f.Add(false, []byte("\x0a\x0c\x12\x0a\x12\x08\x2a\x06\x0a\x04kaputt"))
}

func FuzzDecodeLogs(f *testing.F) {
	seedOTLP(f)
	f.Fuzz(func(t *testing.T, json bool, body []byte) {
		lines, _, err := DecodeLogs(fuzzType(json), "", bytes.NewReader(body), 1<<20)
		if err != nil {
			return
		}
		for _, line := range lines {
			if !utf8.ValidString(line.Body) || len(line.Body) > maxBody || len(line.Attrs) > maxAttrs+2 {
				t.Errorf("line out of bounds: %d bytes, %d attributes", len(line.Body), len(line.Attrs))
			}
		}
		if _, err := allLines(encodeLines(lines)); err != nil {
			t.Error(err)
		}
	})
}

func FuzzDecodeMetrics(f *testing.F) {
	seedOTLP(f)
	f.Fuzz(func(t *testing.T, json bool, body []byte) {
		series, _, err := DecodeMetrics(fuzzType(json), "", bytes.NewReader(body), 1<<20)
		if err != nil {
			return
		}
		for _, s := range series {
			for _, p := range s.Points {
				if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) || p.At.IsZero() {
					t.Errorf("%s has the point %+v", s.Name, p)
				}
			}
		}
		Derive(series)
		if _, err := allSeries(encodeSeries(series)); err != nil {
			t.Error(err)
		}
	})
}

func fuzzType(json bool) string {
	if json {
		return jsonType
	}
	return protobuf
}

// FuzzDisk reads arbitrary bytes as each thing that is read from the disk: they
// may be refused, and must not panic or allocate without bound.
func FuzzDisk(f *testing.F) {
	f.Add(encodeLines([]incident.LogLine{line(1, "error", "x")}))
	f.Add(encodeSeries([]incident.Series{series("up", map[string]string{"a": "b"}, 1, 2)}))
	h := describeLines([]incident.LogLine{line(1, "error", "x")})
	f.Add(h.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = allLines(b)
		_, _ = allSeries(b)
		_, _ = decodeHeader(b)
		_, _, _ = readFrame(bytes.NewReader(b), 0)
		if payload, _, err := readFrame(bytes.NewReader(appendFrame(nil, b)), 0); len(b) > 0 && (err != nil || !bytes.Equal(payload, b)) {
			t.Errorf("a frame reads as %q: %v", payload, err)
		}
	})
}
