package cluster_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

func TestAFullDiskLosesNothingThatWasConfirmed(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Errorf("the disk is in use: %v", err)
			syscall.Unmount(disk, syscall.MNT_DETACH)
		}
	}()
	folder := filepath.Join(disk, "broker")
	confirmed := map[string]bool{}
	publish := func(task *edo.Task, q *cluster.Queue[string], i int) error {
		id := fmt.Sprint("job", i)
		_, err := q.Publish(task, strings.Repeat("x", 10_000), cluster.ID(id))
		if err == nil {
			confirmed[id] = true
		}
		return err
	}
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		q, err := cluster.NewQueue[string](task, conn, "disk", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		var full error
		for i := 0; full == nil; i++ {
			if i == 100 { // the rest of the disk is needed for something else
				fillUp(t, filepath.Join(disk, "filler"))
			}
			full = publish(task, q, i)
		}
		t.Logf("%d were confirmed, and then: %v", len(confirmed), full)
		if len(confirmed) < 100 {
			t.Errorf("%d were confirmed before the disk was full", len(confirmed))
		}
		if !strings.HasPrefix(full.Error(), "cluster: ") || !errors.Is(full, syscall.ENOSPC) {
			t.Errorf("the error is %v", full)
		}
		if err := os.Remove(filepath.Join(disk, "filler")); err != nil {
			return err
		}
		// The server does not look again whether there is room.
		if err := publish(task, q, 1000); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("with room again: %v", err)
		}
		return nil
	})
	run(t, func(task *edo.Task) error { // the broker begins again, with room
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		q, err := cluster.NewQueue[string](task, conn, "disk", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		if err := publish(task, q, 2000); err != nil {
			return err
		}
		done := newTally(len(confirmed))
		worker := cluster.Work(q, 4, func(task *edo.Task, job *cluster.Job[string]) error {
			if confirmed[job.ID] {
				done.add(job.ID)
			}
			return nil
		})
		return working(task, worker, func() error {
			if err := empty(task, q); err != nil {
				return err
			}
			return done.check()
		})
	})
}

// fillUp fills the disk by a file.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
}
