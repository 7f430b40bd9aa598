package pattern

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestLinesThatDifferInVariablesHaveOneTemplate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lines []string
		want  string
	}{
		"numbers":           {[]string{"found child 6725 in slot 10", "found child 88 in slot 9"}, "found child <n> in slot <n>"},
		"constant digits":   {[]string{"port 1 ssh2", "port 2 ssh2"}, "port <n> ssh2"},
		"address with port": {[]string{"from 10.0.0.1:80 ok", "from 10.0.0.2:443 ok"}, "from <ip> ok"},
		"address, no port":  {[]string{"from 10.0.0.1 ok", "from 10.0.0.2 ok"}, "from <ip> ok"},
		"address in Java":   {[]string{"from /10.0.0.1:80 ok", "from /10.0.0.2:443 ok"}, "from <ip> ok"},
		"list of addresses": {[]string{"for 10.0.0.1,10.0.0.2 ok", "for 10.0.0.2 ok"}, "for <list> ok"},
		"many values": {[]string{
			"paid user=ann city=bogor plan=gold shop=kopi", "paid user=bob city=solo plan=free shop=sate", "paid user=eve city=medan plan=basic shop=roti",
			"paid user=joe city=depok plan=team shop=susu", "paid user=zoe city=batam plan=trial shop=gula", "paid user=kim city=garut plan=none shop=buku",
		}, "paid user=<*> city=<*> plan=<*> shop=<*>"},
		"hardware address of letters": {[]string{"via eth0 to be:ef:ca:fe:00:01", "via eth1 to 00:16:3e:aa:01:02", "via eth2 to ba:ad:f0:0d:de:ad"}, "via <id> to <ip>"},
		"list of names with numbers":  {[]string{"cannot resolve dn1 dn18 dn113", "cannot resolve dn180 dn75"}, "cannot resolve <list>"},
		"many booleans": {[]string{
			"draw a= true, b= false, c= true, d= false", "draw a= false, b= false, c= true, d= true", "draw a= true, b= true, c= false, d= false",
		}, "draw a= <*>, b= <*>, c= <*>, d= <*>"},
		"values in quotes": {[]string{`take lock=1 tag="View Lock" by=2`, `take lock=2 tag="*launch*" by=3`}, `take lock=<n> tag="<*>" by=<n>`},
		"class in a path":  {[]string{"start u0 id.kopi/.pay.Main now", "start u0 id.kopi/.cart.List now"}, "start u0 <path> now"},
		"switches":         {[]string{"power: wake[enabled]", "power: wake[disabled]"}, "power: wake[<*>]"},
		"booleans":         {[]string{"set visible=true now", "set visible=false now"}, "set visible=<*> now"},
		"access log": {[]string{
			`10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a.png HTTP/1.0" 200 2326 "-" "Mozilla/5.0 (X11; Linux) Gecko/1 (KHTML, like that)"`,
			`10.0.0.9 - - [11/Nov/2001:03:05:06 +0000] "GET /b?x=y HTTP/1.1" 304 - "https://shop.id:8443/x?y=z" "curl/8.2"`,
		}, `<ip> - - [<time>] "GET <path> <id>" <list> "<url>" "<agent>"`},
		"thousands":         {[]string{"sent 1,024 bytes", "sent 512 bytes"}, "sent <size>"},
		"chain":             {[]string{"disk SCSI-W2:01000010:6005-08b4:00c6 lost", "disk alt0 lost"}, "disk <id> lost"},
		"ipv6":              {[]string{"from fe80::c6b3:1ff:fea1:5fd7 up", "from 2001:db8::1 up"}, "from <ip> up"},
		"word for a number": {[]string{"set uid=5 gid=1", "set uid=root gid=1"}, "set uid=<*> gid=1"},
		"name with or without digits": {[]string{
			"got curl:amd64 1.2-3", "got lib2:amd64 1.2-3", "got bash:amd64 1.2~rc3", "got tar:i386 5", "got sed:amd64 1", "got vim:amd64 2", "got zip:amd64 3",
		}, "got <*>:<id> <id>"},
		"mac address":      {[]string{"dhcp ba:c3:de:ad:be:0f up", "dhcp 00:11:43:e3:ba:c3 up"}, "dhcp <ip> up"},
		"host with port":   {[]string{"dial db.shop.id:5432 refused", "dial pay.shop.id:80 refused"}, "dial <host> refused"},
		"uuid":             {[]string{"order e3871ffd-5cd5-4287-bddd-3529f7b59515 paid", "order a208479c-c0e3-4730-a5a0-d75e8afd0252 paid"}, "order <uuid> paid"},
		"path":             {[]string{"open /etc/passwd denied", "open /var/lib/x denied"}, "open <path> denied"},
		"url query":        {[]string{`"GET /a?b=c,d" 200`, `"GET /a/e" 404`}, `"GET <path>" <n>`},
		"duration":         {[]string{"took 12 ms", "took 3 sec", "took 1.5s"}, "took <duration>"},
		"bounded duration": {[]string{"lifetime <1 sec", "lifetime 3 sec"}, "lifetime <duration>"},
		"size":             {[]string{"free 1.5 GB of 2GB", "free 900 KB of 4GB"}, "free <size> of <size>"},
		"date":             {[]string{"at Fri Jul  1 07:57:30 2005", "at Sun Mar 12 00:00:01 2006"}, "at <time>"},
		"timestamp":        {[]string{"2026-11-24T12:00:01.5Z up", "2026-11-24T12:07:13Z up"}, "<time> up"},
		"list of any size": {[]string{"delete blk_1", "delete blk_2 blk_3 blk_4"}, "delete <list>"},
		"range of nodes":   {[]string{"boot node-[40-63] done", "boot node-7 done"}, "boot <id> done"},
		"empty brackets":   {[]string{"from 1.2.3.4 () at 5", "from 1.2.3.4 (a.com) at 5"}, "from 1.2.3.4 (<host>) at 5"},
		"dot leaders":      {[]string{"enable....0", "enable......1"}, "enable....<n>"},
		"names of users":   {[]string{"hi user ann!", "hi user bob!", "hi user eve!"}, "hi user <*>"},
		"two names": {[]string{
			"login by ann from kitchen failed", "login by bob from hall failed",
			"login by eve from garage failed", "login by joe from attic failed", "login by zoe from cellar failed",
		}, "login by <*> from <*> failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := New(Options{})
			var ids []ID
			for _, l := range tc.lines {
				ids = append(ids, m.Add(l))
			}
			for i, id := range ids {
				if got := m.Template(id); got != tc.want || m.Resolve(id) != m.Resolve(ids[0]) {
					t.Errorf("%q: template %q (id %d), want %q (id %d)", tc.lines[i], got, m.Resolve(id), tc.want, m.Resolve(ids[0]))
				}
			}
		})
	}
}

func TestLinesThatSayDifferentThingsStayApart(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]string{
		"states":      {"task 1 went from NEW to READY", "task 2 went from READY to RUNNING", "task 1 went from RUNNING to FAILED", "task 1 went from RUNNING to DONE"},
		"verbs":       {"vm resumed (event)", "vm paused (event)", "vm stopped (event)", "vm started (event)"},
		"methods":     {`"GET /a" 200`, `"POST /a" 200`, `"DELETE /a" 200`, `"PUT /a" 200`},
		"daemons":     {"cron startup succeeded", "cups startup succeeded", "sshd startup succeeded", "ntpd startup succeeded", "named startup succeeded"},
		"exceptions":  {"failed: java.io.IOException", "failed: java.lang.NullPointerException", "failed: java.sql.SQLException", "failed: a.b.CodecException"},
		"infinitives": {"failed to open it", "failed to close it", "failed to read it", "failed to write it"},
		"messages":    {"ts=1 msg=started", "ts=2 msg=stopped", "ts=3 msg=paused", "ts=4 msg=resumed"},
		"json":        {`{"n":1,"event":"paid"}`, `{"n":2,"event":"shipped"}`, `{"n":3,"event":"returned"}`, `{"n":4,"event":"lost"}`},
		"units":       {"451 bytes sent", "451 bytes (18.4 KB) sent"},
		"single":      {"LOOKING", "FOLLOWING", "LEADING", "started", "stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := New(Options{})
			seen := map[ID]string{}
			var ids []ID
			for _, l := range lines {
				ids = append(ids, m.Add(l))
			}
			for i, id := range ids {
				if other, ok := seen[m.Resolve(id)]; ok {
					t.Errorf("%q and %q have one template: %q", other, lines[i], m.Template(id))
				}
				seen[m.Resolve(id)] = lines[i]
			}
		})
	}
}

func TestAStackTraceIsToldApartByItsErrorAndNotByItsFrames(t *testing.T) {
	t.Parallel()
	m := New(Options{})
	trace := func(first, class, frame string) string {
		return first + "\n" + class + ": boom\n\tat " + frame + "\nCaused by: x.InnerException: y\n"
	}
	a := m.Add(trace("request 17 crashed", "java.io.IOException", "A.b(A.java:1)"))
	b := m.Add(trace("request 18 crashed", "java.io.IOException", "C.d(C.java:9)"))
	c := m.Add(trace("request 19 crashed", "java.lang.OutOfMemoryError", "A.b(A.java:1)"))
	p := m.Add("request 20 crashed\nTraceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no\n")
	if m.Resolve(a) != m.Resolve(b) {
		t.Errorf("other frames gave another template: %q and %q", m.Template(a), m.Template(b))
	}
	if m.Resolve(a) == m.Resolve(c) {
		t.Errorf("another error has the same template: %q", m.Template(a))
	}
	if got, want := m.Template(p), "request 20 crashed ValueError"; got != want {
		t.Errorf("Python trace: template %q, want %q", got, want)
	}
}

func TestMatchFindsWhatWasLearnedAndLearnsNothing(t *testing.T) {
	t.Parallel()
	m := New(Options{})
	for _, user := range []string{"ann", "bob", "eve", "joe"} {
		m.Add("session opened for user " + user)
	}
	want := m.Resolve(1)
	if got, ok := m.Match("session opened for user somebody-new"); !ok || got != want {
		t.Errorf("Match = %d, %v; want %d, true", got, ok, want)
	}
	n := m.Len()
	if id, ok := m.Match("never seen before"); ok {
		t.Errorf("Match found template %d for a line that was never seen", id)
	}
	if m.Len() != n {
		t.Errorf("Match made a template")
	}
}

func TestTheOrderOfMergesDoesNotDependOnChance(t *testing.T) {
	t.Parallel()
	run := func() string {
		m, rnd := New(Options{}), rand.New(rand.NewPCG(5, 6))
		var b strings.Builder
		var ids []ID
		for range 3000 {
			ids = append(ids, m.Add(fmt.Sprintf("user u%c%c did %c%c to %c%c", 'a'+rnd.IntN(26), 'a'+rnd.IntN(26),
				'a'+rnd.IntN(4), 'a'+rnd.IntN(4), 'a'+rnd.IntN(26), 'a'+rnd.IntN(26))))
		}
		for _, id := range ids {
			fmt.Fprintln(&b, m.Resolve(id))
		}
		return b.String()
	}
	if first, second := run(), run(); first != second {
		t.Error("two runs over the same lines grouped them differently")
	}
}

func TestMemoryHasABoundWhateverIsSent(t *testing.T) {
	t.Parallel()
	const limit = 256
	m := New(Options{MaxTemplates: limit})
	for i, l := range randomLines(6_000) {
		m.Add(l)
		if i%3 == 0 {
			m.Add("user " + l[:min(len(l), 12)] + " left")
		}
		if m.Len() > limit || len(m.merged) > 6*limit || len(m.masks) > limit {
			t.Fatalf("after %d lines: %d templates, %d merged, %d masks, limit %d", i, m.Len(), len(m.merged), len(m.masks), limit)
		}
	}
	m.Add(strings.Repeat("x=1 ", 1<<20))
	var held runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&held)
	if held.HeapAlloc > 64<<20 {
		t.Errorf("%d MiB are in use", held.HeapAlloc>>20)
	}
	runtime.KeepAlive(m)
}

func TestWhatIsSeenOftenIsNotForgottenInAFlood(t *testing.T) {
	t.Parallel()
	m := New(Options{MaxTemplates: 128})
	id := m.Add("disk 3 is full")
	for i, l := range randomLines(5_000) {
		m.Add(l)
		if i%20 == 0 {
			m.Add(fmt.Sprintf("disk %d is full", i))
		}
	}
	if got, want := m.Template(id), "disk <n> is full"; got != want {
		t.Errorf("template %q, want %q", got, want)
	}
}

func TestAKnownTemplateCostsNoAllocation(t *testing.T) {
	lines := apacheLines(100)
	m := New(Options{})
	for _, l := range lines {
		m.Add(l)
	}
	i := 0
	if n := testing.AllocsPerRun(1000, func() { m.Add(lines[i%len(lines)]); i++ }); n != 0 {
		t.Errorf("%v allocations a line, want none", n)
	}
}

func FuzzAdd(f *testing.F) {
	for _, l := range append(apacheLines(8), randomLines(4)...) {
		f.Add(l, l)
	}
	f.Add("a ()[] '", "x\n\tat y\nFooError: z")
	f.Add("Fri Jul 1 07:57:30 2005", "10 Dec 2005 <1 sec node-[1-2] \xff\x00...")
	f.Fuzz(func(t *testing.T, a, b string) {
		m := New(Options{MaxTemplates: 8})
		ids := []ID{m.Add(a), m.Add(b), m.Add(a)}
		if m.Resolve(ids[0]) != m.Resolve(ids[2]) {
			t.Errorf("the same line %q has two templates", a)
		}
		for _, id := range ids {
			if m.Fingerprint(id) == "" && m.Template(id) != "" {
				t.Errorf("template %q has no fingerprint", m.Template(id))
			}
		}
		IsError(incident.LogLine{Body: a})
		if got, ok := m.Match(a); !ok || m.Resolve(got) != m.Resolve(ids[0]) {
			t.Errorf("Match does not find %q", a)
		}
	})
}

func FuzzScan(f *testing.F) {
	for _, l := range append(apacheLines(8), randomLines(4)...) {
		f.Add(l)
	}
	f.Add("node-[1-5,7] /a?b=c, http://x.y:1/z 2h30m 0x1f -5 1,2,3 a: b :: (()) [x]")
	f.Fuzz(func(t *testing.T, s string) {
		var l line
		l.scan(s)
		at := int32(0)
		for _, k := range l.toks[:l.n] {
			if k.start < at || k.end < k.start || int(k.end) > len(l.text) {
				t.Fatalf("token [%d,%d) of %q overlaps or is outside", k.start, k.end, s)
			}
			at = k.end
		}
	})
}
