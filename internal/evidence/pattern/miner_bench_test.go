package pattern

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// apacheLines makes n lines of the kinds that an Apache error log has.
func apacheLines(n int) []string {
	rnd := rand.New(rand.NewPCG(1, 2))
	lines := make([]string, n)
	for i := range lines {
		switch rnd.IntN(5) {
		case 0:
			lines[i] = fmt.Sprintf("jk2_init() Found child %d in scoreboard slot %d", rnd.IntN(32768), rnd.IntN(12))
		case 1:
			lines[i] = "workerEnv.init() ok /etc/httpd/conf/workers2.properties"
		case 2:
			lines[i] = fmt.Sprintf("mod_jk child workerEnv in error state %d", rnd.IntN(10))
		case 3:
			lines[i] = fmt.Sprintf("[client %d.%d.%d.%d] Directory index forbidden by rule: /var/www/html/",
				rnd.IntN(256), rnd.IntN(256), rnd.IntN(256), rnd.IntN(256))
		default:
			lines[i] = fmt.Sprintf("[client %d.%d.%d.%d] File does not exist: /var/www/html/%x/index.php?id=%d",
				rnd.IntN(256), rnd.IntN(256), rnd.IntN(256), rnd.IntN(256), rnd.Uint32(), rnd.IntN(1000))
		}
	}
	return lines
}

func BenchmarkAdd(b *testing.B) {
	lines := apacheLines(4096)
	m := New(Options{})
	for _, l := range lines {
		m.Add(l)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Add(lines[i%len(lines)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkAddRandom is the worst case: no line is like any other.
func BenchmarkAddRandom(b *testing.B) {
	lines := randomLines(1 << 15)
	m := New(Options{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Add(lines[i%len(lines)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// randomLines makes n lines of random words, most of them seen once.
func randomLines(n int) []string {
	rnd := rand.New(rand.NewPCG(3, 4))
	lines := make([]string, n)
	for i := range lines {
		buf := make([]byte, 40+rnd.IntN(400))
		for j := range buf {
			buf[j] = " abcdefghijklmnopqrstuvwxyz=:/[]()"[rnd.IntN(33)]
		}
		lines[i] = string(buf)
	}
	return lines
}
