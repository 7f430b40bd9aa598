package lab

import "testing"

func TestADiffShowsTheLinesThatDifferAmongTheirNeighbours(t *testing.T) {
	t.Parallel()
	const head = "--- a/f\n+++ b/f\n"
	for _, c := range []struct{ name, before, after, want string }{
		{"nothing", "a\nb\n", "a\nb\n", ""},
		{"one of many", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", head + "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
		{"the first", "a\nb\n", "A\nb\n", head + "@@ -1,2 +1,2 @@\n-a\n+A\n b\n"},
		{"one more at the end", "a\n", "a\nb\n", head + "@@ -1,1 +1,2 @@\n a\n+b\n"},
		{"a repeated line", "b\na\n", "b\nb\na\n", head + "@@ -1,2 +1,3 @@\n b\n+b\n a\n"},
		{"a new file", "", "a\n", head + "@@ -0,0 +1,1 @@\n+a\n"},
		{"a removed file", "a\n", "", head + "@@ -1,1 +0,0 @@\n-a\n"},
		{"two places are one hunk", "a\nb\nc\n", "A\nb\nC\n", head + "@@ -1,3 +1,3 @@\n-a\n-b\n-c\n+A\n+b\n+C\n"},
	} {
		if got := unifiedDiff("f", c.before, c.after); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
