package lab_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/lab/internal/labtest"
)

func TestALabThatIsKilledTakesItsProcessesAlong(t *testing.T) {
	t.Parallel()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.Command(executable, labtest.Hold, filepath.Join(t.TempDir(), "lab"))
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pids := strings.Fields(said)
	if len(pids) != 5 {
		t.Fatalf("the lab runs as %q", said)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // killed, as it must be
	for _, pid := range pids {
		labtest.Eventually(t, 5*time.Second, "process "+pid+" has ended", func() bool { return ended(pid) })
	}
}

// ended tells whether a process is gone, or a zombie that nobody has buried.
func ended(pid string) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", pid))
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(state, "Z")
}
