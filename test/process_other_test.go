//go:build !linux

package test

import "syscall"

func endsWithTest() *syscall.SysProcAttr { return nil }
