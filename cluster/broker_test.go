package cluster_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/tasktest"
)

// descriptors returns what the open descriptors of the process lead to.
func descriptors(t *testing.T) (all []string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows the descriptors of a process")
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err != nil || strings.HasPrefix(to, "/proc/") || to == "anon_inode:[eventpoll]" || to == "anon_inode:[eventfd]" {
			continue // that of the directory, and those of the runtimes
		}
		all = append(all, to)
	}
	return all
}

func TestABrokerListensNowhereAndLeavesNothingBehind(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "broker")
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		before, goroutines := descriptors(t), tasktest.CountGoroutines()
		err := edo.Run(func(task *edo.Task) error {
			for range 3 {
				conn, err := cluster.Open(task, folder)
				if err != nil {
					return err
				}
				if !conn.IsBroker() || conn.Address() != "" || conn.MaxPayload() != 1<<20 {
					t.Errorf("IsBroker = %v, Address = %q, MaxPayload = %d", conn.IsBroker(), conn.Address(), conn.MaxPayload())
				}
				hasFolder := false
				for _, to := range descriptors(t) {
					hasFolder = hasFolder || strings.HasPrefix(to, folder)
					if strings.HasPrefix(to, "socket:") && !slices.Contains(before, to) {
						t.Errorf("there is a %s", to)
					}
				}
				if !hasFolder {
					t.Error("the folder has no lock")
				}
				if err := conn.Close(task); err != nil {
					return err
				}
				conn.Drop()
				if err := conn.Close(task); err != nil {
					t.Errorf("the second Close: %v", err)
				}
			}
			return nil
		}, opt)
		if err != nil {
			t.Error(err)
		}
		tasktest.RequireGoroutines(t, goroutines)
		if after := descriptors(t); len(after) > len(before) {
			t.Errorf("%d descriptors, %d before: %v", len(after), len(before), after)
		}
	})
}

func TestADroppedBrokerLeavesNothingBehind(t *testing.T) {
	folder := t.TempDir()
	goroutines := tasktest.CountGoroutines()
	run(t, func(task *edo.Task) error {
		for range 2 {
			conn, err := cluster.Open(task, folder)
			if err != nil {
				return err
			}
			_, err = edo.Go(task, func(task *edo.Task) error { return nil }, edo.Owns(conn)).Await(task)
			if err != nil {
				return err
			}
		}
		return nil
	})
	tasktest.RequireGoroutines(t, goroutines)
}

func TestAFolderHasOneBroker(t *testing.T) {
	folder := t.TempDir()
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		_, err = cluster.Open(task, folder)
		inUse, ok := errors.AsType[*cluster.InUseError](err)
		if !ok || inUse.PID != os.Getpid() || inUse.Folder != folder {
			t.Errorf("the second Open: %v, want an InUseError of this process", err)
		}
		if err := conn.Close(task); err != nil {
			return err
		}
		if conn, err = cluster.Open(task, folder); err != nil {
			return err
		}
		return conn.Close(task)
	})
}

func TestASecondOpenJoinsABrokerThatListensAndOutlivesIt(t *testing.T) {
	folder := t.TempDir()
	run(t, func(task *edo.Task) error {
		b := cluster.Broker{Listen: "127.0.0.1:0"}
		first, err := b.Open(task, folder)
		if err != nil {
			return err
		}
		defer func() { first.Drop() }()
		second, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer second.Drop()
		if second.IsBroker() || second.Address() != first.Address() || !strings.HasPrefix(first.Address(), "127.0.0.1:") {
			t.Errorf("IsBroker = %v, at %s and %s", second.IsBroker(), second.Address(), first.Address())
		}
		if _, err := cluster.Connect(task, "nats://"+first.Address()); err == nil || !strings.Contains(err.Error(), "Authorization") {
			t.Errorf("without the token: %v", err)
		}
		address := first.Address()
		if err := first.Close(task); err != nil {
			return err
		}
		// Nothing answers before there is a broker again, at the same address.
		q := edo.GoValue(task, func(task *edo.Task) (*cluster.Queue[int], error) {
			return cluster.NewQueue[int](task, second, "numbers", cluster.QueueConfig{})
		})
		if first, err = b.Open(task, folder); err != nil {
			return err
		}
		if first.Address() != address {
			t.Errorf("the broker has moved from %s to %s", address, first.Address())
		}
		numbers, err := q.Await(task)
		if err != nil {
			return err
		}
		_, err = numbers.Publish(task, 1)
		return err
	})
}

func TestABrokerThatCannotBeginSaysWhy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	goroutines := tasktest.CountGoroutines()
	run(t, func(task *edo.Task) error {
		for _, c := range []struct {
			broker cluster.Broker
			folder string
			want   string
		}{
			{cluster.Broker{}, file, "not a directory"},
			{cluster.Broker{MaxPayload: 100}, t.TempDir(), "MaxPayload is 100"},
			{cluster.Broker{MaxPayload: 1 << 30}, t.TempDir(), "MaxPayload is 1073741824"},
			{cluster.Broker{Listen: "somewhere"}, t.TempDir(), `the address "somewhere": want host:port`},
			{cluster.Broker{Listen: "127.0.0.1:1000000"}, t.TempDir(), ""},
			{cluster.Broker{Listen: "192.0.2.1:0"}, t.TempDir(), "has not started: Error listening on port: 192.0.2.1:0"},
		} {
			conn, err := c.broker.Open(task, c.folder)
			if err == nil {
				conn.Drop()
			}
			if err == nil || !strings.HasPrefix(err.Error(), "cluster: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v in %s: %v, want %q", c.broker, c.folder, err, c.want)
			}
		}
		return nil
	})
	tasktest.RequireGoroutines(t, goroutines)
}

func TestOpenOfACancelledTaskDoesNotBegin(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "broker")
	run(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			for edo.Yield(task) == nil { // until it is cancelled
			}
			_, err := cluster.Open(task, folder)
			if !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("Open = %v", err)
			}
			_, err = cluster.Connect(task, "nats://127.0.0.1:1")
			return err
		})
		h.Abort()
		h.Await(task)
		return nil
	})
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a folder: %v", err)
	}
}

// A port that any will do for is chosen by the system when the server listens: so brokers that begin at the
// same time take none from each other. The port of the last time is taken again, unless another has it.
func TestABrokerKeepsItsPortUnlessAnotherHasIt(t *testing.T) {
	run(t, func(task *edo.Task) error {
		folder := t.TempDir()
		b := &cluster.Broker{Listen: "127.0.0.1:0"}
		last := ""
		for i := range 3 {
			conn, err := b.Open(task, folder)
			if err != nil {
				return err
			}
			if isSame := conn.Address() == last; i > 0 && isSame != (i == 1) {
				t.Errorf("broker %d listens at %s, and the one before at %s", i, conn.Address(), last)
			}
			last = conn.Address()
			if err := conn.Close(task); err != nil {
				return err
			}
			if i == 1 {
				other, err := net.Listen("tcp", last)
				if err != nil {
					return err
				}
				defer other.Close()
			}
		}
		return nil
	})
}
