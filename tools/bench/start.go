package main

import (
	"context"
	"debug/elf"
	"fmt"
	"os"
	"time"
)

// starts measures the program itself and how soon it answers.
func starts(ctx context.Context, o options) error {
	info, err := os.Stat(o.binary)
	if err != nil {
		return err
	}
	static, err := isStatic(o.binary)
	if err != nil {
		return err
	}
	o.table.below("static binary, no cgo", float64(info.Size())/(1<<20), 60)
	if !static {
		o.table.add(figure{what: "needs no other file to run", bound: "yes", measured: "no", mark: missed})
	}
	var first, again, filled times
	for range max(3, o.rounds/4) {
		dir, err := os.MkdirTemp("", "sigap-bench-")
		if err != nil {
			return err
		}
		for _, t := range []*times{&first, &again} {
			if err := startOnce(ctx, o, dir, t); err != nil {
				return err
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := startOnce(ctx, o, o.data, &filled); err != nil {
			return err
		}
	}
	const limit = 500 * time.Millisecond
	o.table.within("ready from exec, first start (makes the store)", first, limit)
	o.table.within("ready from exec, afterwards", again, limit)
	o.table.within("ready from exec, filled store", filled, limit)
	return nil
}

func startOnce(ctx context.Context, o options, data string, t *times) error {
	s, err := startServer(ctx, o, data)
	if err != nil {
		return err
	}
	*t = append(*t, s.took)
	s.stop()
	return nil
}

// isStatic reports whether a program needs no other file to run.
func isStatic(path string) (bool, error) {
	f, err := elf.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return false, nil
		}
	}
	return true, nil
}

const settles = 10 * time.Second // what a start needs is given back

// memory measures a server that has nothing to do.
func memory(ctx context.Context, o options) error {
	s, err := startServer(ctx, o, o.data)
	if err != nil {
		return err
	}
	defer s.stop()
	before, err := s.processor()
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settles):
	}
	after, err := s.processor()
	if err != nil {
		return err
	}
	bytes, err := s.resident()
	if err != nil {
		return err
	}
	o.table.below(fmt.Sprintf("resident, idle %v, filled store", settles), float64(bytes)/(1<<20), 80)
	o.table.note("of a processor while idle", "%.1f %%", 100*float64(after-before)/float64(settles))
	return nil
}
