//go:build !linux

package lab

import "syscall"

// processAttributes has nothing to add where the kernel cannot tie a child's
// life to its parent's.
func processAttributes() *syscall.SysProcAttr { return nil }
