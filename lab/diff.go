package lab

import (
	"fmt"
	"strings"
)

// contextLines stand around a change in a diff.
const contextLines = 3

// unifiedDiff describes the change of one file as a single hunk from the first
// line that differs to the last; empty if none does.
func unifiedDiff(name, before, after string) string {
	if before == after {
		return ""
	}
	a, b := lines(before), lines(after)
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	first := max(0, head-contextLines)
	endA, endB := len(a)-tail, len(b)-tail
	last := min(len(a), endA+contextLines)

	var out strings.Builder
	fmt.Fprintf(&out, "--- a/%s\n+++ b/%s\n@@ -%s +%s @@\n", name, name,
		span(first, last-first), span(first, last-first+endB-endA))
	for _, part := range []struct {
		mark  string
		lines []string
	}{
		{" ", a[first:head]},
		{"-", a[head:endA]},
		{"+", b[head:endB]},
		{" ", a[endA:last]},
	} {
		for _, line := range part.lines {
			out.WriteString(part.mark + line + "\n")
		}
	}
	return out.String()
}

// span is a hunk's range: the first line, counted from 1 unless there is none, and how many.
func span(first, count int) string {
	if count > 0 {
		first++
	}
	return fmt.Sprintf("%d,%d", first, count)
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
