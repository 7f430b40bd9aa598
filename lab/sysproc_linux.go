package lab

import "syscall"

// processAttributes put a child in a group of its own, so that an interrupt at
// the terminal reaches the lab alone, and end it when the lab dies without a
// word. The kernel watches the thread that started the child: see process.run.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
