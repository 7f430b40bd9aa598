package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"
)

const (
	firstDelay  = 2 * time.Second        // before a process that ended is started again
	longestWait = 8 * time.Second        // to which the delay doubles
	steadyAfter = 30 * time.Second       // of life that set the delay back
	memoryCheck = 100 * time.Millisecond // between two looks at a process' memory
	graceToEnd  = 3 * time.Second        // between SIGTERM and SIGKILL
)

// process is a program kept running, as a container platform would: started
// again when it ends, with growing delays, and killed over its memory limit.
type process struct {
	name   string
	path   string
	args   []string
	dir    string // where it runs
	output string // file that its standard output and error are appended to
	limit  int64  // bytes of resident memory; 0: none
	log    *slog.Logger

	again chan struct{} // asks for a new start now
	ended chan struct{} // closed when run has returned

	mu       sync.Mutex
	running  *os.Process // nil while it is down
	restarts int
}

// run keeps the process running until ctx ends. The thread is locked because
// Linux ends a child with the thread, not the process, that started it.
func (p *process) run(ctx context.Context) {
	defer close(p.ended)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	delay := firstDelay
	for {
		began := time.Now()
		err := p.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > steadyAfter {
			delay = firstDelay
		}
		p.log.Warn("process ended, back-off before it starts again", "process", p.name, "error", errorText(err), "delay", delay.String())
		select {
		case <-ctx.Done():
			return
		case <-p.again:
			delay = firstDelay
		case <-time.After(delay):
			delay = min(2*delay, longestWait)
		}
		p.mu.Lock()
		p.restarts++
		p.mu.Unlock()
	}
}

// once starts the process and waits for its end.
func (p *process) once(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	output, err := os.OpenFile(p.output, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer output.Close()
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, output, output
	cmd.SysProcAttr = processAttributes()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = graceToEnd
	if err := cmd.Start(); err != nil {
		return err
	}
	p.set(cmd.Process)
	defer p.set(nil)
	if p.limit > 0 {
		go p.watchMemory(ctx, cmd.Process)
	}
	return cmd.Wait()
}

// watchMemory kills the process once it holds more than its limit.
func (p *process) watchMemory(ctx context.Context, running *os.Process) {
	seen, err := gopsutil.NewProcessWithContext(ctx, int32(running.Pid))
	if err != nil {
		return // it has ended already
	}
	ticker := time.NewTicker(memoryCheck)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		memory, err := seen.MemoryInfoWithContext(ctx)
		if err != nil {
			return
		}
		if used := int64(memory.RSS); used > p.limit {
			p.log.Error("OOMKilled: memory limit exceeded", "process", p.name, "pid", running.Pid,
				"rss_mib", used>>20, "limit_mib", p.limit>>20)
			_ = running.Kill() // it may have ended by itself meanwhile
			return
		}
	}
}

func (p *process) set(running *os.Process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = running
}

// signal reaches the process if it is up; one that is down reads its files
// when it starts.
func (p *process) signal(s os.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return nil
	}
	if err := p.running.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s to %s: %w", s, p.name, err)
	}
	return nil
}

// restart ends the process if it is up and starts it without delay.
func (p *process) restart() error {
	select {
	case p.again <- struct{}{}:
	default: // asked for already
	}
	return p.signal(syscall.SIGTERM)
}

// pid is 0 while the process is down.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return 0
	}
	return p.running.Pid
}

func (p *process) restartCount() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.restarts
}

func errorText(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}
