package app

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel end cmd when this process dies, however it dies.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}
