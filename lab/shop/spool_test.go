package shop

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestTheSpoolKeepsToItsFoldersQuotaWhoeverFilledIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := openSpool(dir, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.append(bytes.Repeat([]byte("a"), 60)); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, make([]byte, 30), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.append(make([]byte, 11)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("11 bytes where 10 are left: %v", err)
	}
	if err := s.append(make([]byte, 10)); err != nil {
		t.Errorf("10 bytes where 10 are left: %v", err)
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	if err := s.append(make([]byte, 30)); err != nil {
		t.Errorf("30 bytes where 30 are left again: %v", err)
	}
	if used, err := s.used(); used != 100 || err != nil {
		t.Errorf("used %d bytes, %v", used, err)
	}
}

func TestALongSpoolTurnsAndKeepsOneOldFile(t *testing.T) {
	t.Parallel()
	s, err := openSpool(t.TempDir(), 8*segmentBytes)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for range 5 {
		if err := s.append(make([]byte, segmentBytes)); err != nil {
			t.Fatal(err)
		}
	}
	if used, err := s.used(); used != 2*segmentBytes || err != nil {
		t.Errorf("after five segments the folder holds %d bytes, %v; want two segments", used, err)
	}
}
