package cluster_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

// A program that has joined the broker of another one would look as if it hung when that one has ended.
func TestABrokerThatIsAwayForLongIsToldAndThatItIsBack(t *testing.T) {
	defer cluster.SetAwayAfter(50 * time.Millisecond)()
	folder := t.TempDir()
	told := make(chan error, 10)
	next := func(task *edo.Task) error {
		err, _ := edo.Blocking(task, func(*edo.Task) (error, error) { return <-told, nil }).Await(task)
		return err
	}
	err := edo.Run(func(task *edo.Task) error {
		broker := &cluster.Broker{Listen: "127.0.0.1:0", Token: "token"}
		first, err := broker.Open(task, folder)
		if err != nil {
			return err
		}
		defer func() { first.Drop() }() // after the others
		joined, err := broker.Open(task, folder)
		if err != nil {
			return err
		}
		defer joined.Drop()
		at := first.Address()
		connected, err := (&cluster.Client{Token: "token"}).Connect(task, "nats://"+at)
		if err != nil {
			return err
		}
		defer connected.Drop()
		gone, err := broker.Open(task, folder) // closed before it could be told
		if err != nil {
			return err
		}
		gone.Drop()
		for _, c := range []struct {
			isBack              bool
			prefix              string
			ofFolder, ofAddress string
			begin               func() error
		}{
			{false, " has been away for ", ": what waits for it goes on when a process opens the folder", ": what waits for it goes on when it is back",
				func() error { first.Drop(); return nil }},
			{true, " is back, after ", "", "", func() error { first, err = broker.Open(task, folder); return err }},
		} {
			if err := c.begin(); err != nil {
				return err
			}
			for range 2 {
				err := next(task)
				e, ok := errors.AsType[*cluster.AwayError](err)
				if !ok || e.IsBack != c.isBack || errors.Is(err, cluster.ErrAway) == c.isBack || e.For < 50*time.Millisecond {
					t.Errorf("it is told %#v", err)
					continue
				}
				prefix, suffix := "cluster: the broker of the folder "+folder+c.prefix, c.ofFolder
				if e.Folder == "" {
					prefix, suffix = "cluster: the broker at "+at+c.prefix, c.ofAddress
				}
				if text := err.Error(); !strings.HasPrefix(text, prefix) || !strings.HasSuffix(text, suffix) {
					t.Errorf("the text is %q, want %q and %q", text, prefix, suffix)
				}
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{OnError: func(err error) { told <- err }}))
	if err != nil {
		t.Error(err)
	}
	if len(told) != 0 {
		t.Error(fmt.Errorf("it is told more: %w", <-told))
	}
}
