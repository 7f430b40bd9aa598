package test

import "syscall"

// endsWithTest has the kernel end a process when the test's dies.
func endsWithTest() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
